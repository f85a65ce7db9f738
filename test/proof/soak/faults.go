package main

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"example.com/sheets-function/emulator"
)

const batchCall = "sheets.spreadsheets.batchUpdate"

// misfortune injects faults, and ends and restarts instances, until ctx ends.
type misfortune struct {
	google    *google
	processes []*process
	random    *rand.Rand
	longest   time.Duration // that a lost batch is served late
	happened  map[string]int
}

func (m *misfortune) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := m.happen(); err != nil {
			return err
		}
		sleep(ctx, time.Duration(1000+m.random.IntN(6000))*time.Millisecond)
	}
	return nil
}

func (m *misfortune) happen() error {
	times := 1 + m.random.IntN(3)
	inject := func(name string, f emulator.Fault) {
		f.Times = times
		m.withFaults(name, func(g *google) { g.injected = append(g.injected, f) })
	}
	switch m.random.IntN(10) {
	case 0:
		inject("answer lost", emulator.Fault{Call: batchCall, Drop: emulator.DropAfter})
	case 1:
		inject("batch lost", emulator.Fault{Call: batchCall, Drop: emulator.DropBefore})
	case 2:
		inject("429", emulator.Fault{Status: 429})
	case 3:
		inject("500", emulator.Fault{Status: 500})
	case 4:
		inject("503", emulator.Fault{Status: 503})
	case 5:
		m.withFaults("batch hangs", func(g *google) { g.hang++ })
	case 6:
		m.withFaults("batch served late", func(g *google) { g.late, g.lateBy = g.late+1, time.Duration(m.random.Int64N(int64(m.longest))) })
	case 7:
		m.withFaults("slow calls", func(g *google) {
			g.slow, g.slowBy = g.slow+times, time.Duration(m.random.IntN(6000))*time.Millisecond
		})
	case 8:
		return m.restart("SIGTERM", syscall.SIGTERM)
	default:
		return m.restart("SIGKILL", syscall.SIGKILL)
	}
	return nil
}

func (m *misfortune) withFaults(name string, change func(*google)) {
	m.happened[name]++
	m.google.faults.Lock()
	defer m.google.faults.Unlock()
	change(m.google)
}

func (m *misfortune) restart(name string, signal syscall.Signal) error {
	m.happened[name]++
	p := m.processes[m.random.IntN(len(m.processes))]
	p.stop(signal)
	return p.start()
}
