package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chatvet/chatvet/cmd/internal/report"
	"github.com/chatvet/chatvet/cmd/internal/term"
	"github.com/chatvet/chatvet/detect"
	"github.com/chatvet/chatvet/detect/judge"
	"github.com/chatvet/chatvet/platform"
)

func (a *reply) inspecting(root platform.Root) func(context.Context, func(detect.Progress)) (judge.Result, error) {
	return func(ctx context.Context, progress func(detect.Progress)) (judge.Result, error) {
		return a.work.Inspect(ctx, root, progress)
	}
}

// exported are the formats that a report is offered in.
var exported = []string{"html", "markdown", "json", "csv"}

// shared is the result without what says more about the person than about their
// programs; nothing else ever leaves.
func (a *reply) shared() (report.Input, bool) {
	_, _, _, last := a.check.state()
	if last.result == nil {
		return report.Input{}, false
	}
	return report.Input{Result: report.Share(*last.result, a.work.Private...), List: a.work.List, Say: a.say, Facts: last.facts, Shared: true,
		Profile: term.Profile{Width: term.DefaultWidth}}, true
}

// export shows all that an export holds before anything is saved.
func (a *reply) export() error {
	in, is := a.shared()
	if !is {
		return a.redirect("")
	}
	var preview bytes.Buffer
	if err := report.Render(&preview, "preview", in); err != nil {
		return err
	}
	var files []report.Way
	for _, format := range exported {
		files = append(files, report.Way{To: a.to("file?format=" + format), Text: report.FileName(time.Now(), format)})
	}
	return a.show(http.StatusOK, "export", a.served("export"), view{Title: "page.way.export", Preview: preview.String(), Files: files})
}

func (a *reply) file() error {
	in, is := a.shared()
	format := a.r.URL.Query().Get("format")
	if !is || !slices.Contains(exported, format) {
		return a.nothing()
	}
	var out bytes.Buffer
	if err := report.Render(&out, format, in); err != nil {
		return err
	}
	a.w.Header().Set("Content-Type", "application/octet-stream")
	a.w.Header().Set("Content-Disposition", `attachment; filename="`+report.FileName(time.Now(), format)+`"`)
	_, _ = a.w.Write(out.Bytes())
	return nil
}

// contact lists what the other side may use, by words, and tells of one of them.
func (a *reply) contact() error {
	const longestWords = 200
	query := a.r.URL.Query()
	if id := query.Get("id"); id != "" {
		peer, ok := report.PeerWithID(a.work.List, id, a.say)
		if !ok {
			return a.nothing()
		}
		return a.aboutPeer(peer)
	}
	typed := term.Clipped(query.Get("words"), longestWords)
	peers := report.Peers(a.work.List, strings.Fields(typed), a.say)
	return a.show(http.StatusOK, "contact", a.served("contact"), view{Title: "contact.title", Peers: peers, Words: typed})
}

func peerPage(p report.Peer) string { return "contact?id=" + url.QueryEscape(p.ID) }

func (a *reply) toPeer(p report.Peer) string { return a.to(peerPage(p)) }

func (a *reply) aboutPeer(peer report.Peer) error {
	c := report.NewContact(peer, a.work.List, a.say)
	body, err := report.ContactBody(c, a.toPeer)
	if err != nil {
		return err
	}
	served := a.served(peerPage(peer))
	var out bytes.Buffer
	// The frame is in the language that the view came out in.
	if err := report.WriteFrame(&out, report.Frame{Language: a.say.Language(), Title: c.Title, Two: c.Beside != nil, Body: body, Served: &served}); err != nil {
		return err
	}
	return a.send(http.StatusOK, out.Bytes())
}
