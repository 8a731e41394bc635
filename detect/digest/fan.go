package digest

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// fanSize is the size from which on a file is worth more than one
	// goroutine.
	fanSize = 4 << 20
	// ahead is how many pieces of one file are in memory at once.
	ahead = 4
)

// share spreads jobs over at most as many hands as there are cores, so that the
// busiest hand has little more than its share: the dearest job first, each to
// the hand with the least so far.
func share(jobs []job) [][]job {
	hands := make([][]job, min(len(jobs), runtime.GOMAXPROCS(0)))
	load := make([]int, len(hands))
	for _, j := range jobs {
		least := 0
		for i := range load {
			if load[i] < load[least] {
				least = i
			}
		}
		hands[least] = append(hands[least], j)
		load[least] += j.cost
	}
	return hands
}

// shared is a piece that several hands read. The last one to be done with it
// returns it to the reader.
type shared struct {
	buffer *[pieceSize]byte
	length int
	users  atomic.Int32
}

// fanOut reads the file piece by piece and passes each piece to every hand,
// each of which has its own goroutine. It returns when all of them are done.
func fanOut(ctx context.Context, r io.ReaderAt, size int64, hands [][]job) (int64, error) {
	free := make(chan *shared, ahead)
	for range ahead {
		p := &shared{buffer: borrow()}
		defer giveBack(p.buffer)
		free <- p
	}
	var working sync.WaitGroup
	defer working.Wait() // before the pieces go back, even when r panics
	queues := make([]chan *shared, len(hands))
	failures := make([]error, len(hands))
	for i, jobs := range hands {
		queues[i] = make(chan *shared, ahead)
		working.Go(func() { failures[i] = work(jobs, queues[i], free) })
	}
	read, err := feed(ctx, r, size, queues, free)
	working.Wait()
	for _, failure := range failures {
		if err == nil {
			err = failure
		}
	}
	return read, err
}

// feed reads the file into free pieces and queues each for every hand.
func feed(ctx context.Context, r io.ReaderAt, size int64, queues []chan *shared, free <-chan *shared) (read int64, err error) {
	defer func() {
		for _, q := range queues {
			close(q)
		}
	}()
	for read < size && err == nil {
		p := <-free
		p.length, err = readPiece(ctx, r, p.buffer[:min(size-read, pieceSize)], read)
		read += int64(p.length)
		p.users.Store(int32(len(queues)))
		for _, q := range queues {
			q <- p
		}
	}
	return read, err
}

// work does the jobs on every piece of the queue. A job that panics is an
// error, since nobody could recover from it in another goroutine; the pieces
// that are left go back undone.
func work(jobs []job, queue <-chan *shared, free chan<- *shared) (err error) {
	for p := range queue {
		if err == nil {
			err = workOn(jobs, p.buffer[:p.length])
		}
		if p.users.Add(-1) == 0 {
			free <- p
		}
	}
	return err
}

func workOn(jobs []job, piece []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("digesting: %v", r)
		}
	}()
	for _, j := range jobs {
		j.write(piece)
	}
	return nil
}
