package cli

// Stat is the statistics on plain files, without a database.
type Stat struct {
	Customers StatCustomers `cmd:"" help:"Who is still a customer and what they will order (Pareto/NBD, BG/NBD, MBG/NBD, Gamma-Gamma)."`
	Match     StatMatch     `cmd:"" help:"Who stands in a file twice, or in two files (Fellegi-Sunter, learned by EM)."`
	Score     StatScore     `cmd:"" help:"How likely each case is to end well, learned from cases that ended (logistic regression)."`
	Survey    StatSurvey    `cmd:"" help:"What people answered, with intervals: NPS, CSAT, CES, SERVQUAL, Kano, and what satisfaction goes with."`
}
