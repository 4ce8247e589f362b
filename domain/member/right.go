package member

import "slices"

// Right is something a member may do; app names one for every transaction.
type Right string

// The rights. account and contact rights reach as far as the member's scope.
const (
	AccountRead   Right = "account.read"
	AccountWrite  Right = "account.write"
	AccountErase  Right = "account.erase" // to the bin and back
	ContactRead   Right = "contact.read"
	ContactWrite  Right = "contact.write"
	ContactErase  Right = "contact.erase"
	OrderRead     Right = "order.read"
	OrderWrite    Right = "order.write"
	ProductRead   Right = "product.read" // the catalogue, prices and propositions
	ProductWrite  Right = "product.write"
	ProposeWrite  Right = "proposition.write"
	QuoteRead     Right = "quote.read"
	QuoteWrite    Right = "quote.write"
	QuoteApprove  Right = "quote.approve"  // what goes beyond another's mandate
	TaskWrite     Right = "task.write"     // one's own tasks, those of colleagues, and those of relations within reach
	PromiseWrite  Right = "promise.write"  // what was said to customers, kept, moved or taken back
	TalkWrite     Right = "talk.write"     // one's own conversations, and what customers need
	QuestionSet   Right = "question.set"   // the bank of questions
	OrderRelease  Right = "order.release"  // let an order on hold go on, set a credit limit
	InvoiceRead   Right = "invoice.read"   // invoices, what is open, contracts
	InvoiceWrite  Right = "invoice.write"  // draft, send and credit, remind
	PaymentWrite  Right = "payment.write"  // book money, read a bank file
	PaymentWaive  Right = "payment.waive"  // write off, give back
	ContractWrite Right = "contract.write" // sign, renew and end contracts
	LeadRead      Right = "lead.read"
	LeadWrite     Right = "lead.write"     // make leads, work on them, qualify, nurture, disqualify
	LeadAccept    Right = "lead.accept"    // accept or return what marketing offers, convert
	LeadSet       Right = "lead.set"       // web forms, how leads are scored, what they cost
	CycleDecide   Right = "cycle.decide"   // take down that somebody left, ask to end a relation
	CycleAgree    Right = "cycle.agree"    // agree with ending one, let an ex in again
	HandoverWrite Right = "handover.write" // hand a relation over, accept or return one
	HandoverSteer Right = "handover.steer" // see and change the hand-overs of others
	RunRead       Right = "run.read"       // processes, their runs and figures
	RunWrite      Right = "run.write"      // do the steps of runs
	ProcessManage Right = "process.manage" // change how a process goes
	DefinitionSet Right = "definition.set" // choose what the organisation calls a customer
	LadderScore   Right = "ladder.score"   // how customer-centred one's own team is
	LadderDecide  Right = "ladder.decide"  // that of all teams, and what to do about it
	Merge         Right = "merge"          // two records into one, and back
	ConsentWrite  Right = "consent.write"  // what people allow and object to
	FileRead      Right = "file.read"
	FileWrite     Right = "file.write"
	TagWrite      Right = "tag.write"
	ViewRead      Right = "view.read"
	ViewShare     Right = "view.share" // make a view that others see
	Import        Right = "import"     // records from a file, and back; what lands takes the rights to write it too
	Export        Right = "export"
	FactRead      Right = "fact.read" // the whole audit log
	MemberRead    Right = "member.read"
	MemberManage  Right = "member.manage"
	FieldManage   Right = "field.manage"
	WebhookManage Right = "webhook.manage"
	SettingManage Right = "setting.manage"
	Self          Right = "self" // one's own sessions, tokens, passkeys, language
)

// The rights of what may be sold.
const (
	OpportunityRead  Right = "opportunity.read"
	OpportunityWrite Right = "opportunity.write"
	PipelineSet      Right = "pipeline.set" // the stages of a pipeline and what they ask
)

// Rights lists every right, in the order a page shows them.
var Rights = []Right{
	AccountRead, AccountWrite, AccountErase, ContactRead, ContactWrite, ContactErase,
	OrderRead, OrderWrite, ProductRead, ProductWrite, ProposeWrite, QuoteRead, QuoteWrite, QuoteApprove, TaskWrite, RunRead, RunWrite, ProcessManage, PromiseWrite, TalkWrite, QuestionSet, CycleDecide, CycleAgree, DefinitionSet, LadderScore, LadderDecide, HandoverWrite, HandoverSteer,
	OpportunityRead, OpportunityWrite, PipelineSet,
	OrderRelease, InvoiceRead, InvoiceWrite, PaymentWrite, PaymentWaive, ContractWrite,
	LeadRead, LeadWrite, LeadAccept, LeadSet,
	Merge, ConsentWrite, FileRead, FileWrite, TagWrite, ViewRead, ViewShare, Import, Export, FactRead,
	MemberRead, MemberManage, FieldManage, WebhookManage, SettingManage, Self,
}

// everyone is what each member may do, whatever the role.
var everyone = []Right{LeadRead, LadderScore, AccountRead, ContactRead, OrderRead, ProductRead, QuoteRead, OpportunityRead, TaskWrite, RunRead, PromiseWrite, FileRead, ViewRead, MemberRead, Self}

// seller is what those who work with customers may do besides.
var seller = []Right{
	LeadWrite, LeadAccept,
	AccountWrite, ContactWrite, AccountErase, ContactErase, OrderWrite, RunWrite, QuoteWrite, ProposeWrite, OpportunityWrite, TalkWrite, CycleDecide, HandoverWrite, Merge, ConsentWrite, FileWrite, TagWrite, Import, Export,
}

// cashOf is what a role may do with invoices, money and contracts besides.
var cashOf = map[Role][]Right{
	Director: {InvoiceRead, InvoiceWrite, PaymentWrite, ContractWrite, OrderRelease, PaymentWaive}, Admin: {InvoiceRead, InvoiceWrite, PaymentWrite, ContractWrite, OrderRelease, PaymentWaive},
	OrderDesk: {InvoiceRead, InvoiceWrite, PaymentWrite, ContractWrite}, NewBusiness: {InvoiceRead, ContractWrite}, AccountManager: {InvoiceRead, ContractWrite},
	Marketer: {InvoiceRead}, Service: {InvoiceRead}, Privacy: {InvoiceRead},
}

var rightsOf = map[Role][]Right{
	Director:       concat(everyone, seller, []Right{LeadSet, ProductWrite, QuoteApprove, QuestionSet, CycleAgree, LadderDecide, DefinitionSet, ProcessManage, PipelineSet, HandoverSteer, ViewShare, FactRead}),
	NewBusiness:    concat(everyone, seller),
	AccountManager: concat(everyone, seller),
	Marketer:       concat(everyone, []Right{LeadWrite, LeadSet, RunWrite, ProductWrite, ProposeWrite, AccountWrite, ContactWrite, ConsentWrite, TagWrite, ViewShare, Import, Export}),
	Service:        concat(everyone, []Right{LeadWrite, RunWrite, TalkWrite, AccountWrite, ContactWrite, ConsentWrite, FileWrite, TagWrite}),
	OrderDesk:      concat(everyone, []Right{RunWrite, ProductWrite, QuoteWrite, TalkWrite, AccountWrite, ContactWrite, ConsentWrite, OrderWrite, FileWrite}),
	Privacy:        concat(everyone, []Right{AccountErase, ContactErase, Merge, ConsentWrite, Export, FactRead}),
	Admin:          concat(everyone, seller, []Right{LeadSet, ProductWrite, QuoteApprove, QuestionSet, CycleAgree, LadderDecide, DefinitionSet, ProcessManage, PipelineSet, HandoverSteer, ViewShare, FactRead, MemberManage, FieldManage, WebhookManage, SettingManage}),
}

func concat(lists ...[]Right) (all []Right) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// Can says whether a role has a right.
func (r Role) Can(right Right) bool {
	return slices.Contains(rightsOf[r], right) || slices.Contains(cashOf[r], right)
}
