package look_test

import (
	"strconv"

	"kring/look"
)

// sampleKring is the ring of the picture: 321 relations, seven ways.
func sampleKring(id string) look.Kring {
	phase := func(n int64, change, line string) look.KringPhase {
		return look.KringPhase{Size: n, Figure: look.KringFigure{Text: strconv.FormatInt(n, 10)}, Change: change, Line: line, Href: "/accounts"}
	}
	flow := func(from, to string, n int64, said string) look.KringFlow {
		return look.KringFlow{From: from, To: to, Size: n, Figure: look.KringFigure{Text: strconv.FormatInt(n, 10)}, Said: said, Href: "/kring/moves"}
	}
	return look.Kring{
		ID: id, Label: "321 relaties: 142 potentieel, 38 nieuw, 117 loyaal, 24 ex-klant", Size: "Relaties",
		Phases: [4]look.KringPhase{phase(142, "+12", "€ 1,9 mln in kansen"), phase(38, "+3", "€ 0,7 mln omzet"), phase(117, "+6", "€ 6,2 mln omzet"), phase(24, "+1", "14 nog te winnen")},
		Flows: []look.KringFlow{
			flow(look.Potential, look.New, 14, "14 van potentieel naar nieuw"), flow(look.New, look.Loyal, 9, "9 van nieuw naar loyaal"),
			flow(look.Loyal, look.Former, 3, "3 van loyaal naar ex-klant"), flow(look.New, look.Former, 2, "2 van nieuw naar ex-klant"),
			flow(look.Former, look.Potential, 4, "4 van ex-klant naar potentieel"),
		},
		Came:  look.KringCame{Text: "22 erbij", Line: "nieuwe leads", Said: "22 nieuwe relaties", Href: "/kring/moves"},
		Total: look.KringFigure{Text: "321"}, Lines: []string{"relaties in de kring", "+22 sinds 1 oktober"},
	}
}
