package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTouchedSystems(t *testing.T) {
	systems := []System{
		{Name: "payments", Paths: []string{"services/payments/**"}},
		{Name: "orders", Paths: []string{"services/orders/**", "lib/orders/**"}},
		{Name: "web", Paths: []string{"web/"}},
	}
	tests := []struct {
		name  string
		files []File
		text  string
		want  []TouchedSystem
	}{
		{"no file of a system", []File{{Path: "README.md"}}, "payments", nil},
		{
			"files are counted and the first is shown",
			[]File{{Path: "README.md"}, {Path: "services/payments/b.go"}, {Path: "services/payments/a.go"}},
			"",
			[]TouchedSystem{{Name: "payments", Files: 2, Path: "services/payments/b.go"}},
		},
		{
			"in the policy's order",
			[]File{{Path: "web/a.ts"}, {Path: "services/payments/b.go"}},
			"",
			[]TouchedSystem{{Name: "payments", Files: 1, Path: "services/payments/b.go"}, {Name: "web", Files: 1, Path: "web/a.ts"}},
		},
		{
			"a move out of a system touches it",
			[]File{{Path: "docs/a.go", Previous: "services/orders/a.go", Status: Renamed}},
			"",
			[]TouchedSystem{{Name: "orders", Files: 1, Path: "services/orders/a.go"}},
		},
		{
			"a move between systems touches both",
			[]File{{Path: "web/a.go", Previous: "lib/orders/a.go", Status: Renamed}},
			"Only web.",
			[]TouchedSystem{{Name: "orders", Files: 1, Path: "lib/orders/a.go"}, {Name: "web", Files: 1, Path: "web/a.go", Named: true}},
		},
		{
			"a move within a system counts once",
			[]File{{Path: "lib/orders/a.go", Previous: "services/orders/a.go", Status: Renamed}},
			"orders",
			[]TouchedSystem{{Name: "orders", Files: 1, Path: "lib/orders/a.go", Named: true}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, touchedSystems(systems, tt.files, tt.text)); diff != "" {
				t.Errorf("systems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNamedSystems(t *testing.T) {
	systems := []System{
		{Name: "payment-service", Also: []string{"billing", "check out"}},
		{Name: "orders"},
		{Name: "order-archive"},
		{Name: "支付"},
		{Name: "支付网关"},
		{Name: "api"},
	}
	tests := []struct {
		name string
		text string
		want string
	}{
		{"nothing", "", ""},
		{"kebab", "Only payment-service.", "payment-service"},
		{"snake", "payment_service is hit", "payment-service"},
		{"words", "The payment service is hit", "payment-service"},
		{"camel", "PaymentService fails", "payment-service"},
		{"camel with small first letter", "paymentService fails", "payment-service"},
		{"run together", "paymentservice fails", "payment-service"},
		{"capitals", "PAYMENT-SERVICE", "payment-service"},
		{"a plural s more", "both payment services", "payment-service"},
		{"a plural s inside", "the PaymentsService and payments-services", "payment-service"},
		{"a plural s less", "every order waits", "orders"},
		{"a possessive", "the orders' queue and billing's jobs", "payment-service orders"},
		{"another of its names", "Billing stops.", "payment-service"},
		{"another name of two words", "the check-out page", "payment-service"},
		{"in a code span", "`orders` and **api**", "orders api"},
		{"broken over lines", "the payment\nservice", "payment-service"},
		{"not across a full stop", "It is about payment. Service continues.", ""},
		{"not across a comma", "payment, service", ""},
		{"part of a word", "recorders and reorders and apiary", ""},
		{"a file path", "see services/orders/queue.go", "orders"},
		{"said not to be hit", "orders is not hit: the flag is off", "orders"},
		{"a longer name is not the shorter one", "only the order archive", "order-archive"},
		{"both, the longer and the shorter", "orders and order-archive", "orders order-archive"},
		{"a list", "- api\n- billing\n", "payment-service api"},
		{"Chinese without spaces", "影响支付和订单", "支付"},
		{"Chinese, the longer name", "影响支付网关", "支付网关"},
		{"Latin between Chinese", "仅影响orders服务", "orders"},
		{"Korean with an ending", "orders는 영향을 받습니다", "orders"},
		{"full-width letters", "ｏｒｄｅｒｓ", "orders"},
		{"letters of no width inside", "or\u200bders", "orders"},
		{"every system", "All services, for about a minute.", "*"},
		{"every system of ours", "Every one of our systems", ""},
		{"all of the systems", "hits all of our systems", "*"},
		{"each component", "each component reads it", "*"},
		{"everything alone", "Everything.", "*"},
		{"everything goes down", "If this breaks, everything goes down", "*"},
		{"it takes down everything", "takes down everything behind the proxy", "*"},
		{"everything else", "Only api. Everything else keeps working", "api"},
		{"everything as an ordinary word", "guests see everything in the cart", ""},
		{"all other systems", "api only, all other systems are as before", "api"},
		{"not all services", "not all services", ""},
		{"all of something else", "all customers", ""},
		{"everything in Chinese", "全部系统", "*"},
		{"everything in Chinese inside a sentence", "会影响所有服务。", "*"},
		{"all in Chinese, alone", "全部。", "*"},
		{"all in Chinese, of something else", "全部客户", ""},
		{"everything in Japanese", "すべてのシステムに影響します", "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			all := true
			for i, named := range namedSystems(systems, tt.text) {
				if named {
					got = append(got, systems[i].Name)
				}
				all = all && named
			}
			if all {
				got = []string{"*"}
			}
			if names := strings.Join(got, " "); names != tt.want {
				t.Errorf("%q names %q, want %q", tt.text, names, tt.want)
			}
		})
	}
}

func TestNamesWithPunctuation(t *testing.T) {
	systems := []System{{Name: "Search (EU)"}, {Name: "R&D"}}
	for text, want := range map[string][]bool{
		"Search (EU) only":  {true, false},
		"search EU and R&D": {true, true},
	} {
		if diff := cmp.Diff(want, namedSystems(systems, text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// What a repository adds to a system of its organisation comes as an entry of
// its own and must neither answer for the organisation's nor stand in its way.
func TestSystemsOfOneNameStandForThemselves(t *testing.T) {
	systems := []System{
		{Name: "gateway", Paths: []string{"a/**"}},
		{Name: "gateway", Paths: []string{"a/**"}, Also: []string{"payment gateway", "edge"}},
	}
	for text, want := range map[string][]bool{
		"only the edge":       {false, true},
		"the payment gateway": {true, true},
		"gateway":             {true, true},
	} {
		if diff := cmp.Diff(want, namedSystems(systems, text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzNamedSystems(f *testing.F) {
	f.Add("payment-service", "the PaymentService, 支付 and everything")
	f.Add("全部", "\xff\u200b")
	f.Fuzz(func(t *testing.T, name, text string) {
		systems := []System{{Name: name}}
		named := namedSystems(systems, text)
		if len(named) != 1 {
			t.Fatalf("%d answers for one system", len(named))
		}
		readable := len(readWords(name)) > 0
		if readable && !namedSystems(systems, "It hits "+name+" only.")[0] && !namedSystems(systems, name)[0] {
			t.Errorf("%q does not name itself", name)
		}
	})
}

func BenchmarkNamedSystemsHostile(b *testing.B) {
	systems := []System{{Name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"}}
	for range 100 {
		systems = append(systems, System{Name: "a system of some name", Also: []string{"全部的全部的全部的系统"}})
	}
	for name, text := range map[string]string{
		"words": strings.Repeat("a ", MaxDescription/2),
		"Han":   strings.Repeat("全部的", MaxDescription/3),
		"camel": strings.Repeat("aA", MaxDescription/2),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				namedSystems(systems, text)
			}
		})
	}
}
