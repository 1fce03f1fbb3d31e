package testgithub

type contract struct{}

func newContract() (*contract, error)                   { return &contract{}, nil }
func (c *contract) request(rq *request) string          { return "" }
func (c *contract) answer(rq *request, a answer) string { return "" }
