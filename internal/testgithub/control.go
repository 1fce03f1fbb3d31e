package testgithub

import "net/http"

func (s *Server) control(w http.ResponseWriter, r *http.Request) {}
