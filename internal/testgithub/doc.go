// Package testgithub is a small GitHub in memory, for tests: its REST and
// GraphQL answers, its permissions, its habit of failing. It runs in the test's
// process (New) or in one of its own (cmd/testgithub), where tests steer it by
// POST /_control/... .
//
// Every request and every answer is held to GitHub's published descriptions; what
// does not hold is in Violations, and Finish fails a test for any. It is unkind
// unless told otherwise: see Options and Fault.
//
// github.com's form (REST at /, GraphQL at /graphql) and that of an enterprise
// server (/api/v3, /api/graphql) are served side by side.
package testgithub
