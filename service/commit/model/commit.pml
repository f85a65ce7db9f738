/* The write protocol of package commit as a model for SPIN. README.md says how to
 * run it and what each flag removes.
 *
 * Google holds a sequence of markers. A batch creates the marker with its number,
 * and Google refuses a batch whose number exists. Batch n deletes marker n-WINDOW.
 * Two instances of the function store writes; "others" stands for any number of
 * further instances, which store batches of rows that nobody here waits for.
 *
 * Time passes in ticks, at any moment. A tick stands for the minute of Google's
 * quota: at most QUOTA batches are stored between two ticks, by all together. Only
 * differences are stored, between numbers and between times, and only up to the one
 * that changes nothing more. So the state space is finite although the sequence is
 * as long, and an instance is idle as long, as can be.
 *
 * The ratios of the real times are not kept. What is checked is that the window has
 * to be as large as the number of batches that the quota allows between a read and
 * the moment when a batch that was planned from it is stored, itself included, with
 * the minutes at both ends: WINDOW + 1 = QUOTA * (SEND_AGE + CALL_AGE + 1), and one
 * less is too little.
 */

#ifndef WINDOW
#define WINDOW 3
#endif
#ifndef PLAN_AGE
#define PLAN_AGE 0 /* a batch is planned only from knowledge of at most this age: 2 s in the code */
#endif
#ifndef SEND_AGE
#define SEND_AGE 1 /* a batch is sent only by knowledge of at most this age: 30 s in the code */
#endif
#ifndef CALL_AGE
#define CALL_AGE 2 /* a call is served within this time after it was sent, or never: 180 s at Google */
#endif
#ifndef QUOTA
#define QUOTA 1
#endif
#ifndef FAULTS
#define FAULTS 2 /* lost answers, 429s and crashes together */
#endif
#ifndef REPEATS
#define REPEATS 1 /* how often callers send a write again that has a key */
#endif
#ifndef WRITES
#define WRITES (A0 | K0 | K1)
#endif

/* Writes, as bits of a set. The digit is the instance that they are sent to. K0
 * and K1 are one write with an idempotency key. BAD0 is a write that Google
 * refuses, and with it the whole batch. */
#define A0 1
#define B1 2
#define K0 4
#define K1 8
#define BAD0 16
#define ALL_WRITES 5
#define KEYED (K0 | K1)
#define OF(i) (i == 0 -> A0 | K0 | BAD0 : B1 | K1)
#define STORED_AS(w) (((1 << w) & KEYED) -> K0 : (1 << w))

/* What the caller of a write was told. */
#define NOTHING 0
#define WAITS 1
#define DONE 2 /* acknowledged, or outcome unknown */
#define NO 3   /* not stored, for certain */

/* A number is how many markers are behind it, and one: all that is known of the
 * others is whether it was taken, and whether its marker still exists. */
#define AHEAD 0 /* the one after the next number; only a mutant sends it */
#define FREE 1  /* the next number */
#define PRUNED (WINDOW + 2)
#define UNREAD (WINDOW + 3) /* an instance that has read no markers yet */
#ifdef PRUNE_EARLY
#define EXISTS(n) (n > FREE && n < PRUNED - 1)
#else
#define EXISTS(n) (n > FREE && n < PRUNED)
#endif

/* What an instance is doing. */
#define IDLE 0
#define READS_MARKERS 1
#define READS_KEYS 2
#define PLANNED 3 /* it waits for the rate limiter or for a token before it sends */
#define SENT 4

/* What came of a batch that was sent. */
#define NO_ANSWER 0
#define OK 1
#define INVALID 2 /* 400 */
#define BUSY 3    /* 429 */
#define LOST 4    /* no answer: stored, or not, or not yet */

#define TRIES 3 /* batches of one instance under one number that may be stored */
#define LATE 2  /* batches on their way whose instance does not wait any more */
#define OLD (SEND_AGE + 1)

typedef Call {
	byte number, writes, age;
	byte value; /* of its marker: 1 + the index in open; 0 is a value that no instance remembers */
	bit by;     /* its instance, where that remembers it */
	bit exists
}

typedef Instance {
	byte doing;
	byte next;        /* the number of its next batch */
	byte group;       /* the writes that it is about to store */
	byte age;         /* of its knowledge, from when the call that showed it was sent */
	byte callAge;     /* since the call under way was sent */
	byte answer;
	byte open[TRIES]; /* the writes of batches under next that may be stored, or still will be */
	byte current;     /* index in open of the batch that it waits for */
	byte landed;      /* 1 + index in open of the batch that is stored under next: what the marker shows */
	byte refused;     /* the writes of the batch that was answered 400, until the markers are read */
	bit doubt;        /* it has to read before it plans */
	bit key           /* it knows that the keyed write is stored */
}

Instance inst[2];
Call waited[2]; /* of each instance */
Call late[LATE];
byte told[ALL_WRITES];
byte stored;
byte quota = QUOTA, faults = FAULTS, repeats = REPEATS;
byte k, w, at;

#define OPEN(i) (inst[i].open[0] | inst[i].open[1] | inst[i].open[2])

/* Callers */

inline acknowledge(bits) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: ((bits) & (1 << w)) && told[w] == WAITS ->
			assert(stored & STORED_AS(w)); /* no acknowledged write is lost, or was refused */
#ifdef NEVER_ACKNOWLEDGED
			assert(w != 0 || !(stored & K0));
#endif
			told[w] = DONE
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0
}

inline answerUnknown(bits) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: ((bits) & (1 << w)) && told[w] == WAITS -> told[w] = DONE
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0
}

/* answerNo: where a write has a key, another attempt at it may be stored. */
inline answerNo(bits) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: ((bits) & (1 << w)) && told[w] == WAITS && ((1 << w) & KEYED) -> told[w] = DONE
		:: ((bits) & (1 << w)) && told[w] == WAITS && !((1 << w) & KEYED) ->
			assert(!(stored & (1 << w)));
			told[w] = NO
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0
}

inline answerRefused(bits) {
	assert(((bits) & ~BAD0) == 0); /* a refusal reaches only its cause */
	answerNo(bits)
}

/* keepWaiting drops the writes that are answered from the group. */
inline keepWaiting(i) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: told[w] != WAITS -> inst[i].group = inst[i].group & ~(1 << w)
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0
}

/* Google */

#define OLDER(n) n = (n < PRUNED -> n + 1 : n)

/* count moves all numbers after a marker was created under the next one. */
inline count() {
	OLDER(inst[0].next);
	OLDER(inst[1].next);
	k = 0;
	do
	:: k < 2 && waited[k].exists -> OLDER(waited[k].number); k++
	:: k < 2 && !waited[k].exists -> k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < LATE && late[k].exists -> OLDER(late[k].number); k++
	:: k < LATE && !late[k].exists -> k++
	:: else -> break
	od;
	k = 0
}

inline store(bits) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: (bits) & (1 << w) ->
			assert(!(stored & STORED_AS(w))); /* no write is stored twice */
			assert(told[w] != NO);            /* or after its caller was told that it is not */
			stored = stored | STORED_AS(w)
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0
}

/* serve is what Google does with a batch. */
inline serve(c, result) {
	if
	:: EXISTS(c.number) || (c.writes & BAD0) -> result = INVALID
	:: !(EXISTS(c.number) || (c.writes & BAD0)) && quota == 0 -> result = BUSY
	:: else ->
		store(c.writes);
		quota--;
		if
		:: c.value && c.number == inst[c.by].next -> inst[c.by].landed = c.value
		:: else
		fi;
		at = c.number;
		if
		:: at == AHEAD -> count(); count()
		:: at == FREE -> count()
		:: else /* a marker before all others, which nobody ever sees */
		fi;
		at = 0;
		result = OK
	fi
}

inline clear(c) { c.exists = 0; c.number = 0; c.writes = 0; c.age = 0; c.value = 0; c.by = 0 }

inline move(to, from) {
	to.exists = from.exists; to.number = from.number; to.writes = from.writes; to.age = from.age; to.value = from.value; to.by = from.by;
	clear(from)
}

/* closeUp keeps the late calls at the front, so that their places make no states. */
inline closeUp() {
	if
	:: !late[0].exists && late[1].exists -> move(late[0], late[1])
	:: else
	fi
}

/* abandon is an instance that does not wait for its batch any more. */
inline abandon(i) {
	if
	:: waited[i].exists && late[0].exists -> move(late[1], waited[i])
	:: waited[i].exists && !late[0].exists -> move(late[0], waited[i])
	:: else
	fi
}

/* forgetCalls: what the instance has sent until now has values that it does not
 * remember. */
inline forgetCalls(i) {
	k = 0;
	do
	:: k < LATE && late[k].by == i && late[k].value -> late[k].value = 0; late[k].by = 0; k++
	:: k < LATE && !(late[k].by == i && late[k].value) -> k++
	:: else -> break
	od;
	k = 0
}

inline tick(c) {
	c.age++;
	if
	:: c.age > CALL_AGE -> clear(c)
	:: else
	fi
}

inline pass() {
	if :: late[0].exists -> tick(late[0]) :: else fi;
	if :: late[1].exists -> tick(late[1]) :: else fi;
	closeUp();
	if :: waited[0].exists -> waited[0].age++ :: else fi;
	if :: waited[1].exists -> waited[1].age++ :: else fi;
	k = 0;
	do
	:: k < 2 ->
		inst[k].age = (inst[k].age < OLD -> inst[k].age + 1 : OLD);
		inst[k].callAge = (inst[k].callAge < OLD -> inst[k].callAge + 1 : OLD);
		k++
	:: else -> break
	od;
	forget(0);
	forget(1);
	quota = QUOTA
}

/* Instances */

#ifdef NO_AGE_RULE
#define PLAN_LIMIT OLD
#define SEND_LIMIT OLD
#endif
#ifdef NO_SEND_CHECK
#define PLAN_LIMIT PLAN_AGE
#define SEND_LIMIT OLD
#endif
#ifndef PLAN_LIMIT
#define PLAN_LIMIT PLAN_AGE
#define SEND_LIMIT SEND_AGE
#endif

/* An instance that has no open batches learns nothing from a number that is taken. */
inline nextNumber(i, n) {
	inst[i].next = n;
	inst[i].open[0] = 0; inst[i].open[1] = 0; inst[i].open[2] = 0;
	inst[i].landed = 0; inst[i].current = 0;
	forgetCalls(i)
}

/* forget drops what an instance knows and will read anew before it uses it, so that
 * it makes no states. */
inline forget(i) {
	if
	:: inst[i].doing == READS_MARKERS || (inst[i].doing == IDLE && (inst[i].doubt || inst[i].age > PLAN_LIMIT)) ->
		inst[i].age = OLD; inst[i].key = 0;
		if
		:: inst[i].group == 0 -> inst[i].refused = 0
		:: else
		fi;
		if
		:: OPEN(i) == 0 && !inst[i].refused && inst[i].next != AHEAD -> nextNumber(i, UNREAD); inst[i].doubt = 0
		:: else -> inst[i].doubt = 1
		fi
	:: else
	fi
}

/* plan reads first, or makes a batch of the group. */
inline plan(i) {
	if
	:: inst[i].group == 0 -> inst[i].doing = IDLE
	:: inst[i].group != 0 && (inst[i].next == UNREAD || inst[i].doubt || inst[i].age > PLAN_LIMIT) ->
		inst[i].doing = READS_MARKERS; inst[i].callAge = 0
	:: else ->
		if
		:: inst[i].key -> acknowledge(inst[i].group & KEYED); keepWaiting(i)
		:: else
		fi;
		inst[i].doing = (inst[i].group -> PLANNED : IDLE)
	fi;
	forget(i)
}

#ifdef BLAME_REST
#define ALONE(set) (ONE(set) || ONE(inst[i].group))
#else
#define ALONE(set) ONE(set)
#endif
#define ONE(set) (((set) & ((set) - 1)) == 0)

/* readMarkers compares the markers with what the instance has sent. */
inline readMarkers(i) {
	if
	:: inst[i].next == UNREAD -> nextNumber(i, FREE)
	:: inst[i].next == FREE && inst[i].refused ->
		/* Nothing has changed: one of these writes was refused for what it is. Which
		 * one is found by halves; here any one of the group is tried alone. */
		if
		:: ALONE(inst[i].refused) -> answerRefused(inst[i].group); inst[i].group = 0
		:: !ALONE(inst[i].refused) && (inst[i].group & A0) -> inst[i].group = A0
		:: !ALONE(inst[i].refused) && (inst[i].group & B1) -> inst[i].group = B1
		:: !ALONE(inst[i].refused) && (inst[i].group & KEYED) -> inst[i].group = inst[i].group & KEYED
		:: !ALONE(inst[i].refused) && (inst[i].group & BAD0) -> inst[i].group = BAD0
		:: inst[i].group == 0 /* all callers have left meanwhile */
		fi
	:: inst[i].next == FREE && !inst[i].refused /* what was lost is not stored yet */
#ifdef IGNORE_VALUE
	:: EXISTS(inst[i].next) -> acknowledge(OPEN(i)); nextNumber(i, FREE)
#else
	:: EXISTS(inst[i].next) ->
		if
		:: inst[i].landed -> acknowledge(inst[i].open[inst[i].landed - 1])
		:: else /* taken: nothing of ours under it is stored, or ever will be */
		fi;
		nextNumber(i, FREE)
#endif
	:: inst[i].next == AHEAD
	:: else -> answerUnknown(OPEN(i)); nextNumber(i, FREE) /* pruned */
	fi;
	inst[i].refused = 0;
	keepWaiting(i)
}

inline readKeys(i) { inst[i].key = (stored & K0 -> 1 : 0) }

inline readDone(i) {
#ifdef AGE_FROM_ANSWER
	inst[i].age = 0;
#else
	inst[i].age = inst[i].callAge;
#endif
	inst[i].callAge = OLD; inst[i].doubt = 0;
	plan(i)
}

#define FREE_TRY(i) (inst[i].open[0] == 0 -> 0 : (inst[i].open[1] == 0 -> 1 : (inst[i].open[2] == 0 -> 2 : TRIES)))

inline send(i) {
	inst[i].current = FREE_TRY(i);
	inst[i].open[inst[i].current] = inst[i].group;
	waited[i].exists = 1; waited[i].number = inst[i].next; waited[i].writes = inst[i].group;
	waited[i].age = 0; waited[i].value = 1 + inst[i].current; waited[i].by = i;
	inst[i].doing = SENT; inst[i].callAge = 0
}

/* hear takes an answer, some time after Google has sent it. */
inline hear(i) {
	if
	:: inst[i].answer == OK ->
		acknowledge(inst[i].open[inst[i].current]);
		inst[i].key = (inst[i].open[inst[i].current] & KEYED -> 1 : inst[i].key);
		keepWaiting(i);
		inst[i].age = inst[i].callAge;
#ifdef AGE_FROM_ANSWER
		inst[i].age = 0;
#endif
		at = (inst[i].next == PRUNED -> PRUNED : inst[i].next - 1); /* others may have taken the one after it */
		nextNumber(i, at)
	:: inst[i].answer == INVALID ->
		inst[i].doubt = 1;
		inst[i].refused = inst[i].open[inst[i].current];
#ifdef BLAME_REST
		inst[i].refused = inst[i].group;
#endif
		inst[i].open[inst[i].current] = 0;
#ifdef REFUSAL_BY_STATUS
		answerRefused(inst[i].group);
		inst[i].group = 0
#endif
	:: inst[i].answer == BUSY -> inst[i].open[inst[i].current] = 0
	:: inst[i].answer == LOST ->
		inst[i].doubt = 1;
#ifdef STEP_NUMBERS
		if
		:: inst[i].next == FREE -> nextNumber(i, AHEAD)
		:: else
		fi
#endif
	fi;
	at = 0;
	inst[i].current = 0; inst[i].answer = NO_ANSWER; inst[i].callAge = OLD;
	if
	:: inst[i].group && !inst[i].doubt -> inst[i].doing = PLANNED /* after a 429: whether it may still be sent is seen then */
	:: else -> plan(i)
	fi
}

/* split sends a part of a refused batch under the same number without a look at the
 * markers, as for a hint of Google's. Only a write that is alone is looked up. */
inline split(i) {
	inst[i].open[inst[i].current] = 0; inst[i].current = 0;
	inst[i].answer = NO_ANSWER; inst[i].callAge = OLD;
	if
	:: inst[i].group & A0 -> inst[i].group = A0
	:: !(inst[i].group & A0) && (inst[i].group & KEYED) -> inst[i].group = inst[i].group & KEYED
	:: else
	fi;
	plan(i)
}

inline crash(i) {
	abandon(i);
	answerUnknown(OF(i));
	nextNumber(i, UNREAD);
	inst[i].doing = IDLE; inst[i].group = 0; inst[i].age = OLD; inst[i].callAge = OLD;
	inst[i].answer = NO_ANSWER; inst[i].doubt = 0; inst[i].refused = 0; inst[i].key = 0
}

/* leave is a caller that waits no longer. */
inline leave(bits, i) {
#ifdef FORGET_OPEN
	answerNo(bits);
#else
	if
	:: OPEN(i) & (bits) -> answerUnknown(bits)
	:: else -> answerNo(bits)
	fi;
#endif
	inst[i].group = inst[i].group & ~(bits);
	if
	:: inst[i].group == 0 && inst[i].doing == SENT -> /* nobody waits */
		abandon(i);
		inst[i].answer = NO_ANSWER; inst[i].doubt = 1; inst[i].doing = IDLE; inst[i].callAge = OLD; inst[i].current = 0
	:: inst[i].group == 0 && inst[i].doing == PLANNED -> inst[i].doing = IDLE
	:: else
	fi;
	forget(i)
}

inline take(i) {
	w = 0;
	do
	:: w < ALL_WRITES ->
		if
		:: (OF(i) & (1 << w)) && told[w] == WAITS -> inst[i].group = inst[i].group | (1 << w)
		:: else
		fi;
		w++
	:: else -> break
	od;
	w = 0;
	plan(i)
}

#define WAITING(i, x) ((OF(i) & (1 << x)) && told[x] == WAITS)
#define ANY_WAITING(i) (WAITING(i, 0) || WAITING(i, 1) || WAITING(i, 2) || WAITING(i, 3) || WAITING(i, 4))
#define ROOM_FOR_LATE (!late[LATE - 1].exists)

#ifdef KEYS_FIRST
#define FIRST(i) readKeys(i)
#define SECOND(i) readMarkers(i)
#else
#define FIRST(i) readMarkers(i)
#define SECOND(i) readKeys(i)
#endif

#define INSTANCE(i) \
	:: d_step { inst[i].doing == IDLE && ANY_WAITING(i) -> take(i) } \
	:: d_step { inst[i].doing == READS_MARKERS -> FIRST(i); inst[i].doing = READS_KEYS } \
	:: d_step { inst[i].doing == READS_KEYS -> SECOND(i); readDone(i) } \
	:: d_step { inst[i].doing == PLANNED && inst[i].age > SEND_LIMIT -> inst[i].doubt = 1; plan(i) } \
	:: d_step { inst[i].doing == PLANNED && inst[i].age <= SEND_LIMIT && FREE_TRY(i) < TRIES -> send(i) } \
	:: d_step { waited[i].exists -> serve(waited[i], inst[i].answer); clear(waited[i]) } \
	:: d_step { waited[i].exists && faults > 0 -> faults--; inst[i].answer = BUSY; clear(waited[i]) } \
	:: d_step { waited[i].exists && faults > 0 && ROOM_FOR_LATE -> faults--; abandon(i); inst[i].answer = LOST } \
	:: d_step { inst[i].answer != NO_ANSWER -> hear(i) } \
	:: d_step { inst[i].answer == INVALID && !ONE(inst[i].open[inst[i].current]) -> split(i) } \
	:: d_step { inst[i].doing != IDLE && faults > 0 && ROOM_FOR_LATE -> faults--; crash(i) }

#define CALLER(x, i) \
	:: d_step { told[x] == NOTHING && ((WRITES) & (1 << x)) -> told[x] = WAITS } \
	:: d_step { told[x] == WAITS && (inst[i].doing != SENT || ROOM_FOR_LATE) -> leave((1 << x), i) } \
	:: d_step { told[x] == DONE && ((1 << x) & KEYED) && repeats > 0 -> repeats--; told[x] = WAITS }

init {
	d_step {
		inst[0].next = UNREAD; inst[0].age = OLD; inst[0].callAge = OLD;
		inst[1].next = UNREAD; inst[1].age = OLD; inst[1].callAge = OLD
	}
	do
	CALLER(0, 0)
	CALLER(1, 1)
	CALLER(2, 0)
	CALLER(3, 1)
	CALLER(4, 0)
	INSTANCE(0)
	INSTANCE(1)
	:: d_step { late[0].exists -> serve(late[0], k); k = 0; clear(late[0]); closeUp() }
	:: d_step { late[1].exists -> serve(late[1], k); k = 0; clear(late[1]) }
	:: d_step { quota > 0 -> quota--; count() } /* others store a batch */
	:: d_step { !(waited[0].exists && waited[0].age == CALL_AGE) && !(waited[1].exists && waited[1].age == CALL_AGE) -> pass() }
	od
}
