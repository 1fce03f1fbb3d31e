package plan

import (
	"slices"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestFurtherLanguagesAreReadWhereTheyOccur(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []family
	}{
		{"English", "Roll back to the old image, then restart the workers.", nil},
		{"one Polish name in English", "Ask Łukasz before you revert.", nil},
		{"German and Spanish", "Zurück auf die alte Version. Volver a la versión anterior.", nil},
		{"Polish", "Przywrócić poprzednią wersję, wyłączyć flagę", []family{polish}},
		{"Polish without accents", "Plan wycofania: revert", []family{polish}},
		{"Turkish without accents", "Geri alma plani", []family{turkish}},
		{"Turkish capital dotted and small dotless letters", "İPTAL ET, KAPALI, kapalı, ışık", []family{turkish}},
		{"Vietnamese", "Tắt cờ tính năng", []family{vietnamese}},
		{"Vietnamese, decomposed", norm.NFD.String("Tắt cờ tính năng"), []family{vietnamese}},
		{"Vietnamese without marks", "Ke hoach rollback", []family{vietnamese}},
		{"Indonesian", "Tidak perlu", []family{indonesian}},
		{"Ukrainian and not Russian", "Вимкнути прапорець і перезапустити сервіси", []family{ukrainian}},
		{"Russian", "Вернуть предыдущую версию", nil},
		{"Czech", "Vrátit předchozí verzi", []family{czech}},
		{"Swedish", "Stäng av flaggan och backa", []family{swedish}},
	} {
		if got := furtherIn(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFoldedLetters(t *testing.T) {
	for text, want := range map[string]string{"Wpływ": "wplyw", "ETKİ ALANI": "etki alani", "kapalı": "kapali", "Đổi": "doi", norm.NFD.String("Kế hoạch"): "ke hoach"} {
		if got := fold(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
