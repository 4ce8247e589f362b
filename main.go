// Command kring is the CRM that puts the customer at the centre and can prove it.
package main

func main() {}
