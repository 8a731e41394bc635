package digest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
)

const (
	// fanSize is the size from which on a file is worth more than one
	// goroutine.
	fanSize = 4 << 20
	// ahead is how many pieces of one file are in memory at once.
	ahead = 4
	// lead is how many pieces a hand wants to find when it takes the next.
	lead = 2
)

// share spreads jobs over at most as many hands as there are cores, so that the
// busiest hand has little more than its share: the dearest job first, each to
// the hand with the least so far. Where a core is left, one hand more has no
// job and only reads.
func share(jobs []job) [][]job {
	hands := make([][]job, min(len(jobs)+1, runtime.GOMAXPROCS(0)))
	load := make([]int, min(len(jobs), len(hands)))
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

// fan is a file that several hands work on. Nobody's only task is to read:
// whichever hand is in front reads the next piece, one at a time, so that the
// reading falls to the hand that has time for it, and no hand waits for a core
// while another goroutine has it.
type fan struct {
	ctx    context.Context
	reader io.ReaderAt
	size   int64

	mutex   sync.Mutex
	changed sync.Cond
	pieces  [ahead]*[pieceSize]byte // the file's pieces in turns
	lengths [ahead]int
	filled  int   // pieces that were read so far
	read    int64 // bytes of them
	reading bool  // somebody is
	ended   bool  // nothing more will be read
	failure error // of reading
	done    []int // pieces that each hand is done with
	panics  any   // what the reader panicked with
}

// fanOut gives each piece of the file to every hand, each of which has its own
// goroutine. It returns when all of them are done.
func fanOut(ctx context.Context, r io.ReaderAt, size int64, hands [][]job) (int64, error) {
	f := &fan{ctx: ctx, reader: r, size: size, done: make([]int, len(hands))}
	f.changed.L = &f.mutex
	for i := range f.pieces {
		f.pieces[i] = borrow()
		defer giveBack(f.pieces[i])
	}
	var working sync.WaitGroup
	failures := make([]error, len(hands))
	for i, jobs := range hands[1:] {
		working.Go(func() { failures[i+1] = f.work(i+1, jobs) })
	}
	failures[0] = f.work(0, hands[0])
	working.Wait()
	if f.panics != nil {
		panic(f.panics) // in the caller's goroutine, who may recover from it
	}
	if f.failure != nil {
		return f.read, f.failure
	}
	for _, err := range failures {
		if err != nil {
			return f.read, err
		}
	}
	return f.read, nil
}

// work does a hand's jobs on every piece. A job that panics is an error, since
// nobody could recover from it in another goroutine; the other hands go on.
func (f *fan) work(hand int, jobs []job) (err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for next := 0; ; next++ {
		for {
			if f.mayRead(next) {
				f.readOne()
			} else if next == f.filled && !f.ended {
				f.changed.Wait()
			} else {
				break
			}
		}
		if next == f.filled {
			return err
		}
		if err == nil && len(jobs) > 0 {
			piece := f.pieces[next%ahead][:f.lengths[next%ahead]]
			f.mutex.Unlock()
			err = workOn(jobs, piece)
			f.mutex.Lock()
		}
		f.done[hand] = next + 1
		f.changed.Broadcast()
	}
}

// mayRead is true where a hand that comes to a piece finds too few from there
// on, and there is room for one more.
func (f *fan) mayRead(next int) bool {
	return !f.ended && !f.reading && f.filled-next < lead && f.filled-slices.Min(f.done) < ahead
}

// readOne reads the next piece. The mutex is free meanwhile, and locked again
// at the end whatever the reader does.
func (f *fan) readOne() {
	length, err := 0, errPanic
	f.reading = true
	f.mutex.Unlock()
	defer func() {
		panicked := recover()
		f.mutex.Lock()
		if panicked != nil {
			f.panics = panicked
		}
		f.lengths[f.filled%ahead] = length
		f.filled++
		f.read += int64(length)
		f.reading, f.failure = false, err
		f.ended = err != nil || f.read >= f.size
		f.changed.Broadcast()
	}()
	buffer := f.pieces[f.filled%ahead]
	length, err = readPiece(f.ctx, f.reader, buffer[:min(f.size-f.read, pieceSize)], f.read)
}

// errPanic is what a reader ended with that never returned.
var errPanic = errors.New("the reader panicked")

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
