// From facts and a quest's rules to XP, level, achievements, percentages, streaks.
// Pure, and the same as progress/rules.py: both pass tests/progress/vectors.json.
// A classic script, because the level bar must be right at the first paint, before
// any module runs; modules reach it as globalThis.progressRules.

globalThis.progressRules ??= (() => {
  const KIND_OF = { lessons: "read", track: "read", exercises: "exercise", track_exercises: "exercise" };
  const keyOf = (lesson, kind) => `${lesson} ${kind}`;
  const instantOf = (fact) => Date.parse(fact.on) / 1000;
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // Of two facts about the same thing the later statement holds; at a tie "done" does.
  function outranks(a, b) {
    return (compare(a.at, b.at) || compare(a.done, b.done) || compare(a.on, b.on)) > 0;
  }

  function merge(...sets) {
    const held = new Map();
    for (const facts of sets) {
      for (const fact of facts) {
        const key = keyOf(fact.lesson, fact.kind);
        if (!held.has(key) || outranks(fact, held.get(key))) held.set(key, fact);
      }
    }
    return held;
  }

  function standing(facts, subject) {
    const history = read(facts, subject);
    const { rules } = subject;
    const { lessons, exercises } = history;
    const xp = history.events.reduce((sum, [, points]) => sum + points, 0);
    const steps = rules.levels.map((step) => step.at);
    const level = steps.findLastIndex((at) => at <= xp);
    const count = (list, kind) => list.filter((lesson) => history.has(lesson, kind)).length;
    const done = count(lessons, "read");
    const finished = completed(history, lessons, "read");
    return {
      xp, level, floor: steps[level], ceiling: steps[level + 1] ?? null,
      lessons: done, lesson_count: lessons.length,
      exercises: count(exercises, "exercise"), exercise_count: exercises.length,
      percent: lessons.length ? Math.floor((done * 100) / lessons.length) : 0,
      finished: finished?.on ?? null, added: finished ? lessons.length - done : 0,
      achievements: rules.achievements.map((rule) => {
        const [have, need, earned] = achieved(history, rule.when);
        return { id: rule.id, have, need, earned: earned ?? null };
      }),
    };
  }

  // The facts that hold of one quest, in the order in which they came true, with their XP.
  function read(facts, subject) {
    const lessons = subject.tracks.flatMap((track) => track.lessons);
    const points = new Map();
    for (const lesson of [...lessons, ...(subject.retired ?? [])]) {
      points.set(keyOf(lesson.id, "read"), lesson.xp ?? subject.rules.xp.lesson);
      points.set(keyOf(lesson.id, "exercise"), subject.rules.xp.exercise);
    }
    const held = new Map([...merge(facts)].filter(([key, fact]) => fact.done && points.has(key)));
    const order = [...held.values()].map((fact) => ({ fact, instant: instantOf(fact) })).sort((a, b) =>
      a.instant - b.instant || compare(a.fact.lesson, b.fact.lesson) || compare(a.fact.kind, b.fact.kind));
    return {
      lessons, held,
      exercises: lessons.filter((lesson) => lesson.has_exercise),
      tracks: new Map(subject.tracks.map((track) => [track.slug, track.lessons])),
      events: order.map(({ fact }) => [fact, points.get(keyOf(fact.lesson, fact.kind))]),
      has: (lesson, kind) => held.has(keyOf(lesson.id, kind)),
    };
  }

  function achieved(history, when) {
    const [[condition, value]] = Object.entries(when);
    switch (condition) {
      case "lessons": case "exercises": return counted(history, KIND_OF[condition], value);
      case "first": return counted(history, value, 1);
      case "xp": return pointed(history, value);
      case "streak": return streaked(history, value);
      case "between": return between(history, value);
      case "quest":
        return value === "lessons" ? all(history, history.lessons, "read") : all(history, history.exercises, "exercise");
    }
    const kind = KIND_OF[condition];
    const lessons = history.tracks.get(value) ?? [];
    return all(history, lessons.filter((lesson) => kind === "read" || lesson.has_exercise), kind);
  }

  function counted(history, kind, need) {
    const found = history.events.filter(([fact]) => fact.kind === kind);
    return [Math.min(found.length, need), need, found[need - 1]?.[0].on];
  }

  function pointed(history, need) {
    let total = 0;
    let earned;
    for (const [fact, points] of history.events) {
      total += points;
      if (total >= need) earned ??= fact.on;
    }
    return [Math.min(total, need), need, earned];
  }

  function streaked(history, need) {
    const firsts = new Map();
    for (const [fact] of history.events) {
      const day = fact.on.slice(0, 10);
      if (!firsts.has(day)) firsts.set(day, fact);
    }
    const lengths = runs([...firsts.keys()].sort());
    const reached = [...lengths].find(([, length]) => length >= need);
    const have = Math.min(Math.max(0, ...lengths.values()), need);
    return [have, need, reached && firsts.get(reached[0]).on];
  }

  function between(history, clock) {
    const start = clock.slice(0, 5);
    const end = clock.slice(6);
    const found = history.events.find(([fact]) => {
      const time = fact.on.slice(11, 16);
      return start < end ? start <= time && time < end : time >= start || time < end;
    });
    return found ? [1, 1, found[0].on] : [0, 1];
  }

  function all(history, lessons, kind) {
    const have = lessons.filter((lesson) => history.has(lesson, kind)).length;
    return [have, lessons.length, completed(history, lessons, kind)?.on];
  }

  // The fact with which all these lessons that were out at the time were done.
  // What was published afterwards does not take it away.
  function completed(history, lessons, kind) {
    const done = new Map();
    const steps = [];
    for (const { id, published } of lessons) {
      steps.push([published ?? 0, 0, id]);
      const fact = history.held.get(keyOf(id, kind));
      if (fact) {
        done.set(id, fact);
        steps.push([instantOf(fact), 1, id]);
      }
    }
    steps.sort((a, b) => a[0] - b[0] || a[1] - b[1] || compare(a[2], b[2]));
    const out = new Set();
    const did = new Set();
    let missing = 0;
    let last = null;
    for (const [, isDone, id] of steps) {
      if (isDone) {
        did.add(id);
        last = done.get(id);
        if (out.has(id)) missing -= 1;
        if (out.size && !missing) return last;
      } else {
        out.add(id);
        if (!did.has(id)) missing += 1;
      }
    }
    // Done before it was published (a site that was set up anew): all is still all.
    return lessons.length && done.size === lessons.length ? last : null;
  }

  const shifted = (day, by) =>
    new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

  // For each day, ascending, how many days in a row end with it.
  function runs(days) {
    const lengths = new Map();
    for (const day of days) lengths.set(day, (lengths.get(shifted(day, -1)) ?? 0) + 1);
    return lengths;
  }

  function streak(days, today) {
    const lengths = runs([...new Set(days)].sort());
    const alive = [1, 0, -1].map((by) => shifted(today, by)).find((day) => lengths.has(day));
    return { current: lengths.get(alive) ?? 0, longest: Math.max(0, ...lengths.values()) };
  }

  return { standing, streak, merge, outranks };
})();
