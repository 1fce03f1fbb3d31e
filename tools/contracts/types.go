package main

// queries are the fields of Query to keep.
var queries = []string{"node", "nodes", "organization", "rateLimit", "repository", "repositoryOwner", "viewer"}

// types are the objects, interfaces and unions to keep beside Query. A field
// stays when its type does; connections, enums, scalars and inputs follow.
var types = []string{
	"Actor", "App", "BaseRefChangedEvent", "Blob", "Bot", "CheckRun", "CheckSuite", "ClosedEvent", "Commit",
	"ConvertToDraftEvent", "GitActor", "GitObject", "GitSignature", "GpgSignature", "HeadRefForcePushedEvent",
	"IssueComment", "Label", "LabeledEvent", "MergeQueue", "MergeQueueConfiguration", "MergeQueueEntry", "MergedEvent",
	"Node", "Organization", "PageInfo", "PullRequest", "PullRequestChangedFile", "PullRequestCommit",
	"PullRequestTemplate", "PullRequestTimelineItems", "RateLimit", "ReadyForReviewEvent", "Ref", "RenamedTitleEvent",
	"ReopenedEvent", "Repository", "RepositoryOwner", "SmimeSignature", "SshSignature", "Tree", "TreeEntry",
	"UnknownSignature", "UnlabeledEvent", "User", "UserContentEdit",
}
