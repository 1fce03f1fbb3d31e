// Package testgithub is a small GitHub in memory, for tests: its REST and
// GraphQL answers, its permissions, its habit of failing. It runs in the test's
// process, where other processes reach it on loopback just as well, or in one of
// its own (cmd/testgithub), which tests steer by POST /_control/... .
//
//	github := testgithub.Start(t, testgithub.Options{Kind: true})
//	shop := github.Repo("acme/shop")
//	shop.Commit("main", map[string]string{".github/backout.yml": "version: 1\n"})
//	pull := shop.AddPull(testgithub.NewPull{Body: "...", Files: []testgithub.File{testgithub.Edit("a.go", "x\n")}})
//	github.Fail(testgithub.Fault{Route: "POST comments", Kind: testgithub.Status502After})
//	... run the program with github.Env() and testgithub.WriteToken ...
//	pull.Comments(), shop.Runs(pull.HeadSHA()), github.Calls("graphql")
//
// Every request and every answer is held to GitHub's published descriptions; what
// does not hold is in Violations, and Start fails its test for any. It is unkind
// unless told otherwise: see Options, Unkind and Fault.
//
// github.com's form (REST at /, GraphQL at /graphql) and that of an enterprise
// server (/api/v3, /api/graphql) are served side by side.
//
// To serve another route or field, add it to tools/contracts, run that, and
// write its handler (routes.go) or resolver (resolve*.go).
package testgithub
