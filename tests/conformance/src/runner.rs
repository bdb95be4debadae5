//! Goes through the steps of a scenario.

use crate::{
    adapter::{Adapter, Ask, Language, Launch},
    backend::BackEnd,
    pattern::matches,
    scenario::{
        CommandStep, Edit, Entry, EventsStep, Expectation, RestartStep, Scenario, Step, Table, Written,
    },
    timeline::{Expected, Order, Outcome, Timeline},
    world::World,
};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// How fast a machine is.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many scenarios run at once.
    pub at_once: usize,
    /// How long a step waits for what it expects.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { at_once: 8, patience: Duration::from_secs(30) }
    }
}

/// What a scenario needs where a cancelled command has to tell its outcome.
pub(crate) const CANCELLED_OUTCOME: &str = "cancelledOutcome";

/// Why a scenario failed, with all that happened in it.
#[derive(Debug)]
pub struct Failure {
    /// The scenario.
    pub scenario: String,
    /// Why.
    pub why: String,
    /// What happened.
    pub timeline: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scenario {:?} failed: {}\n{}", self.scenario, self.why, self.timeline)
    }
}

/// What became of a table.
#[derive(Debug)]
pub struct Report {
    /// How many scenarios ran.
    pub ran: usize,
    /// Those that failed.
    pub failures: Vec<Failure>,
    /// How long it took.
    pub took: Duration,
    /// The scenarios that took longest, with their times.
    pub slowest: Vec<(String, Duration)>,
}

/// Runs all scenarios of the back end's table that apply to it, several at once.
pub async fn run_all(
    table: &Table,
    language: Arc<dyn Language>,
    back_end: BackEnd,
    only: Option<&str>,
    pace: Pace,
) -> Report {
    let started = Instant::now();
    let mut abilities = back_end.abilities.to_vec();
    if !language.awaits_outcomes() {
        abilities.push(CANCELLED_OUTCOME);
    }
    let wanted = |scenario: &&Scenario| {
        let offered = scenario.asks_of_the_language().iter().all(|asked| !language.lacks().contains(asked));
        offered && scenario.applies_to(&abilities) && only.is_none_or(|only| scenario.name.contains(only))
    };
    let scenarios: Vec<Scenario> = table.scenarios.iter().filter(wanted).cloned().collect();
    let ran = scenarios.len();
    let runs = scenarios.into_iter().map(|scenario| {
        let language = language.clone();
        async move {
            let (name, began) = (scenario.name.clone(), Instant::now());
            // A task of its own: scenarios use all threads, and one that panics fails alone.
            let outcome = tokio::spawn(async move { run(&scenario, &*language, back_end, pace).await }).await;
            let outcome = outcome.unwrap_or_else(|error| {
                Err(Failure { scenario: name.clone(), why: error.to_string(), timeline: String::new() })
            });
            (name, began.elapsed(), outcome)
        }
    });
    let mut done: Vec<_> = futures_util::stream::iter(runs).buffer_unordered(pace.at_once).collect().await;
    done.sort_by_key(|(_, took, _)| std::cmp::Reverse(*took));
    let slowest = done.iter().take(5).map(|(name, took, _)| (name.clone(), *took)).collect();
    let failures = done.into_iter().filter_map(|(_, _, outcome)| outcome.err()).collect();
    Report { ran, failures, took: started.elapsed(), slowest }
}

async fn run(
    scenario: &Scenario,
    language: &dyn Language,
    back_end: BackEnd,
    pace: Pace,
) -> Result<(), Failure> {
    let (_, nothing) = mpsc::unbounded_channel();
    let mut timeline = Timeline::new(nothing, scenario, back_end, pace.patience);
    let outcome = play(scenario, language, back_end, pace, &mut timeline).await;
    outcome.map_err(|why| Failure { scenario: scenario.name.clone(), why, timeline: timeline.render() })
}

async fn play(
    scenario: &Scenario,
    language: &dyn Language,
    back_end: BackEnd,
    pace: Pace,
    timeline: &mut Timeline,
) -> Result<(), String> {
    timeline.forbid(&scenario.never);
    let world = World::new(scenario, back_end).await?;
    let mut run = Run {
        language,
        patience: pace.patience,
        world,
        timeline,
        adapter: None,
        launched: false,
        last_id: 0,
        labels: BTreeMap::new(),
    };
    run.launch(&Map::new(), scenario.unconfigured)?;
    let outcome = run.all(&scenario.steps).await;
    if outcome.is_err() {
        let log = run.world.log();
        run.timeline.note(format!("the server has had{log}"));
    }
    outcome?;
    run.world.stop().await;
    Ok(())
}

struct Run<'a> {
    language: &'a dyn Language,
    patience: Duration,
    world: World,
    timeline: &'a mut Timeline,
    adapter: Option<Box<dyn Adapter>>,
    launched: bool,
    last_id: u64,
    labels: BTreeMap<String, u64>,
}

impl Run<'_> {
    async fn all(&mut self, steps: &[Written]) -> Result<(), String> {
        for (at, step) in steps.iter().enumerate() {
            self.step(step).await.map_err(|why| format!("step {} {}: {why}", at + 1, step.text))?;
        }
        self.close().await?;
        self.world.check_over()
    }

    fn launch(&mut self, changes: &Map<String, Value>, unconfigured: bool) -> Result<(), String> {
        let (told, source) = mpsc::unbounded_channel();
        let config = self.world.config(changes)?;
        self.timeline.begin_chat(source);
        let config = Some(&config).filter(|_| !unconfigured);
        let keeper = self.world.keeper_path();
        let launch = Launch { config, keeper: keeper.as_deref(), anew: self.launched };
        self.adapter = Some(self.language.launch(launch, told)?);
        self.launched = true;
        Ok(())
    }

    /// Closes the chat, if it is not, and takes all it still tells.
    async fn close(&mut self) -> Result<(), String> {
        let Some(adapter) = self.adapter.take() else { return Ok(()) };
        self.end(adapter.close()).await
    }

    async fn kill(&mut self) -> Result<(), String> {
        let Some(adapter) = self.adapter.take() else { return Ok(()) };
        self.end(adapter.kill()).await
    }

    async fn end(&mut self, ending: impl Future<Output = Result<(), String>>) -> Result<(), String> {
        let outcome = ending.await;
        self.timeline.drain().await?;
        outcome
    }

    fn adapter(&mut self) -> Result<&mut dyn Adapter, String> {
        match &mut self.adapter {
            Some(adapter) => Ok(adapter.as_mut()),
            None => Err("the chat is closed".into()),
        }
    }

    fn label(&self, label: &str) -> Result<u64, String> {
        self.labels.get(label).copied().ok_or_else(|| format!("no command is labelled {label:?}"))
    }

    async fn step(&mut self, written: &Written) -> Result<(), String> {
        self.timeline.catch_up()?;
        self.timeline.note(written.text.clone());
        match &written.step {
            Step::Command(command) => self.command(command).await,
            Step::Await { label, expects } => {
                let outcome = self.timeline.outcome(self.label(label)?).await?;
                self.judge(expects, outcome)
            }
            Step::Pending(label) => match self.timeline.outcome_now(self.label(label)?) {
                None => Ok(()),
                Some(outcome) => Err(format!("it has its outcome: {outcome:?}")),
            },
            Step::Cancel(label) => {
                let id = self.label(label)?;
                self.adapter()?.cancel(id)
            }
            Step::Event(event) => {
                let expected = [Expected::Event(event.event.clone(), event.data.clone())];
                self.timeline.expect(&expected, Order::Ordered, &mut self.world.saved).await
            }
            Step::Events(events) => self.events(events).await,
            Step::Messages(patterns) => self.timeline.messages(patterns, &mut self.world.saved).await,
            Step::Count(counts) => {
                counts.iter().try_for_each(|(name, wanted)| match self.timeline.count(name) {
                    count if count == *wanted => Ok(()),
                    count => Err(format!("event {name} has come {count} times instead of {wanted}")),
                })
            }
            Step::Never(names) => {
                self.timeline.forbid(names);
                Ok(())
            }
            Step::Simulator(step) => self.world.simulate(&step.simulator, &step.answers).await,
            Step::Chat(pattern) => self.world.expect_chat(pattern, self.patience).await,
            Step::Link(pattern) => self.world.expect_link(pattern, self.patience).await,
            Step::Log(step) => self.world.expect_log(&step.log, step.count, self.patience).await,
            Step::Restart(restart) => self.restart(restart).await,
            Step::Close => self.close().await,
            Step::Store(Edit::Text(text)) => self.world.write_store(text),
            Step::Store(Edit::Keys(changes)) => self.world.edit_store(changes),
            Step::Stored(pattern) => self.world.expect_stored(pattern, self.patience).await,
            Step::Kept(pattern) => self.world.expect_kept(pattern),
            Step::Forgotten(pattern) => self.timeline.forgotten(pattern, &mut self.world.saved).await,
            Step::File { path, text } => {
                let path = self.world.fill(&Value::String(path.clone()))?;
                let path = path.as_str().unwrap_or_default();
                let content = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
                if content == *text {
                    Ok(())
                } else {
                    Err(format!("the file holds {content:?} instead of {text:?}"))
                }
            }
        }
    }

    async fn command(&mut self, step: &CommandStep) -> Result<(), String> {
        self.last_id += 1;
        let id = self.last_id;
        let ask = Ask {
            id,
            name: step.command.clone(),
            function: step.function.clone(),
            options: self.world.fill(&step.options)?,
            within: step.within_ms.map(Duration::from_millis),
            in_background: step.label.is_some(),
        };
        self.timeline.note(format!("this is command {id}"));
        self.adapter()?.command(ask)?;
        if let Some(label) = &step.label {
            self.labels.insert(label.clone(), id);
            return Ok(());
        }
        let outcome = self.timeline.outcome(id).await?;
        self.judge(&step.expects, outcome)
    }

    fn judge(&mut self, expects: &Expectation, outcome: Outcome) -> Result<(), String> {
        match (expects, outcome) {
            (Expectation::Resolves(pattern), Ok(value)) => {
                matches(pattern, Some(&value), &mut self.world.saved)
                    .map_err(|why| format!("what it resolved with {why}"))
            }
            (Expectation::Rejects(pattern), Err((kind, value))) => {
                let rejection = json!({"kind": kind, "value": value});
                matches(pattern, Some(&rejection), &mut self.world.saved)
                    .map_err(|why| format!("its rejection {why}"))
            }
            (Expectation::Resolves(_), Err((kind, value))) => {
                Err(format!("it was rejected as {kind} with {value}"))
            }
            (Expectation::Rejects(_), Ok(value)) => Err(format!("it resolved with {value}")),
        }
    }

    async fn events(&mut self, step: &EventsStep) -> Result<(), String> {
        let mut expected = Vec::with_capacity(step.events.len());
        for entry in &step.events {
            expected.push(match entry {
                Entry::Name(name) => Expected::Event(name.clone(), json!({})),
                Entry::Event(event) => Expected::Event(event.event.clone(), event.data.clone()),
                Entry::Outcome { .. } if self.language.awaits_outcomes() => continue,
                Entry::Outcome { outcome } => Expected::Outcome(self.label(outcome)?),
            });
        }
        let order = match (step.strict, step.unordered) {
            (true, true) => return Err("events are strict or unordered".into()),
            (true, false) => Order::Strict,
            (false, true) => Order::Unordered,
            (false, false) => Order::Ordered,
        };
        self.timeline.expect(&expected, order, &mut self.world.saved).await
    }

    async fn restart(&mut self, restart: &RestartStep) -> Result<(), String> {
        if restart.kill {
            self.kill().await?;
        }
        self.close().await?;
        if !restart.store.is_empty() {
            self.world.edit_store(&restart.store)?;
        }
        if let Some(kept) = &restart.keeper {
            self.world.edit_kept(kept)?;
        }
        self.launch(&restart.config, false)
    }
}
