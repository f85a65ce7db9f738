package grid

import (
	"slices"
	"testing"
)

// TestLines compares each operation with the same one on a slice of numbers.
func TestLines(t *testing.T) {
	type op struct {
		name     string
		a, b, at int
	}
	tests := []struct {
		name string
		ops  []op
		runs int // in the result
	}{
		{"nothing", nil, 1},
		{"insert at the start", []op{{"insert", 0, 2, 0}}, 2},
		{"insert twice in one place", []op{{"insert", 3, 1, 0}, {"insert", 4, 1, 0}}, 3},
		{"delete the first", []op{{"delete", 0, 2, 0}}, 1},
		{"delete in the middle", []op{{"delete", 3, 5, 0}}, 2},
		{"delete what was inserted", []op{{"insert", 3, 2, 0}, {"delete", 3, 5, 0}}, 1},
		{"delete over both", []op{{"insert", 3, 2, 0}, {"delete", 2, 4, 0}}, 3},
		{"move down", []op{{"move", 1, 3, 6}}, 4},
		{"move up", []op{{"move", 5, 7, 2}}, 4},
		{"move there and back", []op{{"move", 1, 3, 6}, {"move", 4, 6, 1}}, 1},
		{"move nowhere", []op{{"move", 1, 3, 2}}, 1},
		{"all of it", []op{{"delete", 0, 1, 0}, {"insert", 4, 3, 0}, {"move", 2, 6, 0}, {"delete", 1, 3, 0}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var lines Lines
			want := make([]int, 20)
			for i := range want {
				want[i] = i
			}
			for _, o := range tt.ops {
				switch o.name {
				case "insert":
					lines = lines.Insert(o.a, o.b)
					want = slices.Insert(want, o.a, slices.Repeat([]int{Inserted}, o.b)...)
				case "delete":
					lines = lines.Delete(o.a, o.b)
					want = slices.Delete(want, o.a, o.b)
				case "move":
					lines = lines.Move(o.a, o.b, o.at)
					moved := slices.Clone(want[o.a:o.b])
					to := o.at
					if to > o.a && to <= o.b {
						to = o.a
					} else if to > o.b {
						to -= o.b - o.a
					}
					want = slices.Insert(slices.Delete(want, o.a, o.b), to, moved...)
				}
			}
			var got []int
			for i := range want {
				got = append(got, lines.First(i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("lines were %v at first, want %v", got, want)
			}
			if n := len(lines.Runs()); tt.runs > 0 && n != tt.runs {
				t.Errorf("%d runs %v, want %d", n, lines.Runs(), tt.runs)
			}
		})
	}
}

func TestLinesTake(t *testing.T) {
	lines := Lines(nil).Insert(4, 2).Take(4, 6, 3)
	if run := lines.Runs()[1]; run != (LineRun{2, Inserted, 3}) {
		t.Errorf("the inserted run is %+v, want the format of line 3", run)
	}
	// What is inserted below an inserted line takes on what that one has.
	lines = lines.Insert(6, 1).Take(6, 7, 5)
	if run := lines.Runs()[1]; run != (LineRun{3, Inserted, 3}) {
		t.Errorf("the inserted run is %+v, want three lines with the format of line 3", run)
	}
}
