package testgithub_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/backout-dev/backout/internal/testgithub"
	"github.com/google/go-cmp/cmp"
)

func TestPatches(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	shop.Commit("main", map[string]string{"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "gone": "x\ny\n", "old": "same\n", "bin": "\x00a"})
	shop.AddPull(testgithub.NewPull{Files: []testgithub.File{
		testgithub.Edit("a", "1\n2\n3\n4\nfive\n5a\n6\n7\n8\n9\n"), testgithub.Edit("b", "new\n"), testgithub.Delete("gone"),
		testgithub.Rename("old", "moved"), testgithub.Edit("bin", "\x00b"), testgithub.Patched("p", "@@ -1,1 +1,2 @@\n-a\n+b\n+c"),
		testgithub.Sized("big", 30000, 2),
	}})
	var got []struct {
		Filename, Status, Patch, SHA string
		Previous                     string `json:"previous_filename"`
		Additions, Deletions         int
	}
	c.call("GET", "/repos/acme/shop/pulls/1/files", nil, 200, &got)
	var text strings.Builder
	for _, f := range got {
		fmt.Fprintf(&text, "%s %s %s +%d -%d\n%s\n", f.Status, f.Filename, f.Previous, f.Additions, f.Deletions, f.Patch)
	}
	want := `modified a  +2 -1
@@ -2,7 +2,8 @@
 2
 3
 4
-5
+five
+5a
 6
 7
 8
added b  +1 -0
@@ -0,0 +1,1 @@
+new
removed gone  +0 -2
@@ -1,2 +0,0 @@
-x
-y
renamed moved old +0 -0

modified bin  +0 -0

modified p  +2 -1
@@ -1,1 +1,2 @@
-a
+b
+c
modified big  +30000 -2

`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	const newBlob = "3e757656cf36eca53338e520d134963a44f793f8" // echo new | git hash-object --stdin
	if got[1].SHA != newBlob {
		t.Errorf("blob of %q: %s, want %s", "new\n", got[1].SHA, newBlob)
	}
}

func TestThreeThousandFilesAreListedAndNoMore(t *testing.T) {
	s, c := start(t)
	var files []testgithub.File
	for i := range 3100 {
		files = append(files, testgithub.Sized(fmt.Sprintf("f/%d", i), 1, 0))
	}
	s.Repo("acme/shop").AddPull(testgithub.NewPull{Files: files})
	var p struct {
		Files int `json:"changed_files"`
	}
	c.call("GET", "/repos/acme/shop/pulls/1", nil, 200, &p)
	if p.Files != 3100 {
		t.Errorf("changed_files: %d", p.Files)
	}
	next := "/repos/acme/shop/pulls/1/files?per_page=100"
	relation := regexp.MustCompile(`<([^>]+)>; rel="(\w+)"`)
	listed, pages := 0, 0
	for next != "" {
		var page list
		rs := c.call("GET", next, nil, 200, &page)
		listed, pages, next = listed+len(page), pages+1, ""
		for _, m := range relation.FindAllStringSubmatch(rs.Header.Get("Link"), -1) {
			if m[2] == "next" {
				next = m[1]
			}
		}
	}
	if listed != 3000 || pages != 30 {
		t.Errorf("%d files on %d pages", listed, pages)
	}
	s.ForgetCalls()
	after, byGraph := "", 0
	for {
		got := c.query(`query($after:String){repository(owner:"acme",name:"shop"){pullRequest(number:1){changedFiles files(first:100,after:$after){
			nodes{path} pageInfo{hasNextPage endCursor}}}}}`, map[string]any{"after": after})
		files := dig(t, got, "data", "repository", "pullRequest", "files")
		byGraph += len(key(files, "nodes").([]any))
		info := key(files, "pageInfo")
		if key(info, "hasNextPage") == false {
			break
		}
		after = key(info, "endCursor").(string)
	}
	if byGraph != 3000 || len(s.Calls("graphql")) != 30 {
		t.Errorf("%d files by %d queries", byGraph, len(s.Calls("graphql")))
	}
}

func TestAForksHeadHasItsRunsInTheBaseRepository(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	p := shop.AddPull(testgithub.NewPull{From: shop.Fork("stranger"), Author: "stranger"})
	c.call("POST", "/repos/acme/shop/check-runs", map[string]any{"name": "backout", "head_sha": p.HeadSHA(), "conclusion": "failure"}, 201, nil)
	got := c.query(`{repository(owner:"acme",name:"shop"){pullRequest(number:1){
		isCrossRepository headRepository{nameWithOwner parent{nameWithOwner}}
		headRef{target{...runs}} commits(last:1){nodes{commit{...runs}}}}}}
		fragment runs on Commit{checkSuites(first:5){totalCount}}`, nil)
	pull := []any{"data", "repository", "pullRequest"}
	if dig(t, got, append(pull, "headRef", "target", "checkSuites", "totalCount")...) != 0.0 ||
		dig(t, got, append(pull, "commits", "nodes", 0, "commit", "checkSuites", "totalCount")...) != 1.0 ||
		dig(t, got, append(pull, "headRepository", "nameWithOwner")...) != "stranger/shop" {
		t.Error(got)
	}
	p.DeleteHeadRepo()
	got = c.query(`{repository(owner:"acme",name:"shop"){pullRequest(number:1){isCrossRepository headRepository{name} headRef{name} headRefOid}}}`, nil)
	if want := `{"data":{"repository":{"pullRequest":{"isCrossRepository":true,"headRepository":null,"headRef":null,"headRefOid":"` + p.HeadSHA() + `"}}}}`; got != want {
		t.Error(got)
	}
}

func TestOneCommitSeveralPullRequests(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	shop.Branch("release", "main")
	first := shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Edit("a", "1\n")}})
	second := shop.AddPull(testgithub.NewPull{Base: "release", HeadSHA: first.HeadSHA()})
	stranger := shop.AddPull(testgithub.NewPull{From: shop.Fork("stranger"), HeadSHA: first.HeadSHA()})
	numbers := func() string {
		var pulls []struct{ Number int }
		c.call("GET", "/repos/acme/shop/commits/"+first.HeadSHA()+"/pulls", nil, 200, &pulls)
		return fmt.Sprint(pulls)
	}
	if got := numbers(); got != "[{1} {2} {3}]" {
		t.Error(got)
	}
	var files list
	c.call("GET", "/repos/acme/shop/pulls/2/files", nil, 200, &files)
	if len(files) != 1 {
		t.Errorf("the second has the files of the first: %v", files)
	}
	sha := first.HeadSHA()
	stranger.Close()
	first.Push([]testgithub.File{testgithub.Edit("a", "2\n")})
	if second.HeadSHA() != sha || first.HeadSHA() == sha {
		t.Error("a push moves one head only")
	}
	first.ForcePush(sha)
	if got := numbers(); got != "[{1} {2}]" {
		t.Errorf("after close, push and push back: %s", got)
	}
}

func TestTheLatestRunHidesOlderOnes(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	p := shop.AddPull(testgithub.NewPull{})
	for _, conclusion := range []string{"success", "failure"} {
		shop.AddRun(testgithub.Actions(), p.HeadSHA(), "backout", conclusion)
	}
	for query, want := range map[string]string{"": "[failure]", "?filter=all": "[failure success]", "?app_id=9": "[]", "?check_name=other": "[]"} {
		var got struct {
			Runs []struct{ Conclusion string } `json:"check_runs"`
		}
		c.call("GET", "/repos/acme/shop/commits/"+p.HeadSHA()+"/check-runs"+query, nil, 200, &got)
		conclusions := []string{}
		for _, r := range got.Runs {
			conclusions = append(conclusions, r.Conclusion)
		}
		if fmt.Sprint(conclusions) != want {
			t.Errorf("%q: %v, want %s", query, conclusions, want)
		}
	}
}

func TestTheMergeQueueIsAChain(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop").Grouping("HEADGREEN")
	first, second := shop.AddPull(testgithub.NewPull{}), shop.AddPull(testgithub.NewPull{})
	sha1, _ := first.Enqueue()
	sha2, ref := second.Enqueue()
	if want := "refs/heads/gh-readonly-queue/main/pr-2-" + sha1; ref != want {
		t.Errorf("ref %s, want %s", ref, want)
	}
	app := c.as(s.Token(testgithub.Token{Value: "app", App: testgithub.App{ID: 9, Slug: "backout"}}))
	got := app.query(`{repository(owner:"acme",name:"shop"){mergeQueue(branch:"main"){configuration{mergingStrategy} entries(first:9){nodes{
		position headCommit{oid} baseCommit{oid} pullRequest{number isInMergeQueue}}}}}}`, nil)
	entry := []any{"data", "repository", "mergeQueue", "entries", "nodes", 1}
	if dig(t, got, append(entry, "headCommit", "oid")...) != sha2 || dig(t, got, append(entry, "baseCommit", "oid")...) != sha1 {
		t.Error(got)
	}
	second.Dequeue()
	if got := app.query(`{repository(owner:"acme",name:"shop"){pullRequest(number:2){isInMergeQueue mergeQueueEntry{position}}}}`, nil); !strings.Contains(got, `"isInMergeQueue":false,"mergeQueueEntry":null`) {
		t.Error(got)
	}
}

func TestRolesAndTeams(t *testing.T) {
	s, c := start(t)
	s.Repo("acme/shop").Role("hubot", "maintain").Role("octocat", "release-manager")
	s.Team("acme/sre", "hubot", "pending")
	c = c.as(s.Token(testgithub.Token{Value: "app", App: testgithub.App{ID: 9, Slug: "backout"}}))
	for login, want := range map[string]string{"hubot": "write maintain", "octocat": "write release-manager", "github-actions[bot]": "read read", "acme": "admin admin"} {
		var got struct {
			Permission string
			Role       string `json:"role_name"`
		}
		c.call("GET", "/repos/acme/shop/collaborators/"+login+"/permission", nil, 200, &got)
		if got.Permission+" "+got.Role != want {
			t.Errorf("%s: %+v, want %s", login, got, want)
		}
	}
	c.call("GET", "/repos/acme/shop/collaborators/nobody/permission", nil, 404, nil)
	var got struct{ State string }
	c.call("GET", "/orgs/acme/teams/sre/memberships/hubot", nil, 200, &got)
	if got.State != "pending" {
		t.Errorf("membership: %+v", got)
	}
	c.call("GET", "/orgs/acme/teams/sre/memberships/octocat", nil, http.StatusNotFound, nil)
}

func TestFilesAtRevisions(t *testing.T) {
	s, c := start(t)
	shop := s.Repo("acme/shop")
	first := shop.Commit("main", map[string]string{"a/b.txt": "one\n", "a/c.txt": "c\n"})
	shop.Commit("main", map[string]string{"a/b.txt": "two\n"})
	last := shop.Remove("main", "a/b.txt")
	p := shop.AddPull(testgithub.NewPull{Files: []testgithub.File{testgithub.Edit("a/new.txt", "new\n")}})
	for expression, want := range map[string]string{
		first + ":a/b.txt": `{"text":"one\n"}`, "HEAD:a/b.txt": `null`, "main:a/c.txt": `{"text":"c\n"}`, "refs/heads/main:a/c.txt": `{"text":"c\n"}`,
		p.HeadSHA() + ":a/new.txt": `{"text":"new\n"}`, "change-1:a/new.txt": `{"text":"new\n"}`, "nowhere:a": `null`, last: `{}`,
		"HEAD:a": `{"entries":[{"name":"c.txt","type":"blob"}]}`, "HEAD:": `{"entries":[{"name":"a","type":"tree"}]}`,
	} {
		got := c.query(`query($e:String!){repository(owner:"acme",name:"shop"){object(expression:$e){...on Blob{text} ...on Tree{entries{name type}}}}}`, map[string]any{"e": expression})
		if want = `{"data":{"repository":{"object":` + want + `}}}`; got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
	got := c.query(`{repository(owner:"acme",name:"shop"){object(expression:"main"){...on Commit{history(first:9,path:"a/b.txt"){nodes{file(path:"a/b.txt"){object{...on Blob{text}}}}}}}}}`, nil)
	if want := `{"data":{"repository":{"object":{"history":{"nodes":[{"file":null},{"file":{"object":{"text":"two\n"}}},{"file":{"object":{"text":"one\n"}}}]}}}}}`; got != want {
		t.Errorf("history: %s", got)
	}
	_, raw, err := c.do("GET", "/repos/acme/shop/contents/a/b.txt?ref="+first, nil)
	if err != nil || !strings.Contains(string(raw), `"content":"b25lCg==\n"`) {
		t.Errorf("contents: %s, %v", raw, err)
	}
	c.call("GET", "/repos/acme/shop/contents/a/b.txt", nil, 404, nil)
}
