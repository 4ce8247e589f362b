package cli

// Stat is the statistics on plain files, without a database.
type Stat struct {
	Customers StatCustomers `cmd:"" help:"Who is still a customer and what they will order (Pareto/NBD, BG/NBD, MBG/NBD, Gamma-Gamma)."`
	Match     StatMatch     `cmd:"" help:"Who stands in a file twice, or in two files (Fellegi-Sunter, learned by EM)."`
	Survey    StatSurvey    `cmd:"" help:"What people answered, with intervals: NPS, CSAT, CES, SERVQUAL, Kano, and what satisfaction goes with."`
}
