package web

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// guard lets only requests through that a page of ours or the person themself
// made, and gives every answer the same headers.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if !s.allowed(r) {
			s.refuse(w)
			return
		}
		s.alive.asked()
		next.ServeHTTP(w, r)
	})
}

// refuse gives the same answer to every stranger: which of the checks failed
// would tell them something.
func (s *site) refuse(w http.ResponseWriter) { http.Error(w, "not found", http.StatusNotFound) }

func (s *site) allowed(r *http.Request) bool {
	if r.Host != s.host {
		return false
	}
	token, page, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	enters := page == "" && same(token, s.entry)
	if !enters && !same(token, s.token) {
		return false
	}
	// Old browsers do not send Sec-Fetch-Site; Origin goes with every POST.
	from := r.Header.Get("Sec-Fetch-Site")
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return from == "" || from == "none" || from == "same-origin"
	}
	return (from == "" || from == "same-origin") && r.Header.Get("Origin") == "http://"+s.host
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
