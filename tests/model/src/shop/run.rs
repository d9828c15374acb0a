//! What can happen, and what then is.

use engine::ids::LedgerEventId;
use stateright::{Model, Property};

use super::orders::told;
use super::{Action, Client, Events, Message, Order, Shop, Step, Told, World, Written, laws};
use crate::bug::Bug;
use crate::host::Book;

impl Model for Shop {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            now: 0,
            book: Book::default(),
            clients: vec![Client::default(); self.orders.len()],
            network: Vec::new(),
            losses: self.losses,
            repetitions: self.repetitions,
            pending: Vec::new(),
            events: Events::default(),
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (number, client) in (0_u8..).zip(&world.clients) {
            if self.sends_next(number, client) {
                actions.push(Action::Send(number));
            }
        }
        for (place, message) in world.network.iter().enumerate() {
            actions.push(Action::Deliver(place));
            if world.repetitions > 0 && matches!(message, Message::Request { .. }) {
                actions.push(Action::DeliverTwice(place));
            }
            if world.losses > 0 {
                actions.push(Action::Lose(place));
            }
        }
        actions.extend((0..world.pending.len()).map(Action::Write));
        if world.now < self.last_tick {
            actions.push(Action::Tick);
        }
        if world.book.is_due(Self::instant(world.now)) {
            actions.push(Action::Alarm);
        }
        if self.relays {
            self.event_actions(world, actions);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        match action {
            Action::Send(client) => self.send(&mut next, client)?,
            Action::Deliver(place) => {
                let message = take(&mut next.network, place)?;
                self.deliver(&mut next, message);
            }
            Action::DeliverTwice(place) => {
                next.repetitions -= 1;
                let message = next.network.get(place)?.clone();
                self.deliver(&mut next, message);
            }
            Action::Lose(place) => {
                next.losses -= 1;
                take(&mut next.network, place)?;
            }
            Action::Write(place) => {
                let (client, step, Written(pending, told)) = take(&mut next.pending, place)?;
                next.book.write(&pending, self.bug);
                next.network.push(Message::Reply { client, step, told });
            }
            Action::Tick => next.now += 1,
            Action::Alarm => next.book.expire_due(Self::instant(next.now), self.bug),
            Action::Relay(event) => {
                next.events.queue.insert(event);
                next.events.last_sent = Some(event);
            }
            Action::LoseEvent(event) => {
                next.losses -= 1;
                next.events.queue.remove(&event);
            }
            Action::Take {
                event,
                acknowledged,
                again,
            } => self.take_event(&mut next, event, acknowledged, again),
            Action::LoseUncommitted => next.events.uncommitted.clear(),
            Action::Commit => {
                let committed = std::mem::take(&mut next.events.uncommitted);
                next.events.stored.extend(committed);
            }
        }
        if !self.relays {
            next.book.outbox.clear();
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        laws::all()
    }
}

fn take<T>(list: &mut Vec<T>, place: usize) -> Option<T> {
    (place < list.len()).then(|| list.remove(place))
}

impl Shop {
    fn order(&self, client: u8) -> Option<&Order> {
        self.orders.get(usize::from(client))
    }

    fn step(&self, client: u8, step: u8) -> Option<Step> {
        self.order(client)?.steps.get(usize::from(step)).copied()
    }

    fn sends_next(&self, number: u8, client: &Client) -> bool {
        !client.over && self.step(number, client.step).is_some() && client.sends < self.sends
    }

    fn send(&self, world: &mut World, number: u8) -> Option<()> {
        let client = world.clients.get_mut(usize::from(number))?;
        let message = Message::Request {
            client: number,
            step: client.step,
            send: client.sends,
            redemption: client.redemption,
        };
        client.waiting = true;
        client.sends += 1;
        world.network.push(message);
        Some(())
    }

    fn deliver(&self, world: &mut World, message: Message) {
        match message {
            Message::Request {
                client,
                step,
                send,
                redemption,
            } => {
                let told = self.answer(world, client, step, send, redemption);
                if let Some(told) = told {
                    world.network.push(Message::Reply { client, step, told });
                }
            }
            Message::Reply { client, step, told } => {
                if let Some(client) = world.clients.get_mut(usize::from(client)) {
                    hear(client, step, told);
                }
            }
        }
    }

    /// What a request is answered at once.
    fn answer(
        &self,
        world: &mut World,
        client: u8,
        number: u8,
        send: u8,
        redemption: Option<engine::ids::RedemptionId>,
    ) -> Option<Told> {
        let order = self.order(client)?;
        let step = self.step(client, number)?;
        let id = Self::redemption_id(client, number, send);
        let now = Self::instant(world.now);
        let Some(command) = self.command(order, step, id, redemption, world.now) else {
            return Some(Told::No);
        };
        let (pending, outcome) = world.book.decide(order.key, command, None, now, self.bug);
        let told = told(&outcome, id, step == Step::Reserve);
        let Some(pending) = pending else { return Some(told) };
        if world.book.refuses(&pending) {
            // The edge answers 503, which tells the client nothing.
            return None;
        }
        if matches!(self.bug, Some(Bug::AwaitBeforeWrite | Bug::SwallowedZeroRows)) {
            world.pending.push((client, number, Written(pending, told)));
            return None;
        }
        world.book.write(&pending, self.bug);
        Some(told)
    }

    /// Whether the alarm would send an event.
    pub(super) fn relays_event(&self, world: &World, event: LedgerEventId) -> bool {
        self.bug != Some(Bug::RelayByLastId) || world.events.last_sent.is_none_or(|last| event > last)
    }

    fn event_actions(&self, world: &World, actions: &mut Vec<Action>) {
        let events = &world.events;
        for told in &world.book.outbox {
            let event = told.0.id;
            if !events.queue.contains(&event) && self.relays_event(world, event) {
                actions.push(Action::Relay(event));
            }
        }
        for event in events.queue.iter().copied() {
            let take = |acknowledged, again| Action::Take {
                event,
                acknowledged,
                again,
            };
            actions.push(take(true, false));
            if world.losses > 0 {
                actions.push(take(false, false));
                actions.push(Action::LoseEvent(event));
            }
            if world.repetitions > 0 {
                actions.push(take(true, true));
            }
        }
        if !events.uncommitted.is_empty() {
            actions.extend([Action::Commit, Action::LoseUncommitted]);
        }
    }

    fn take_event(&self, world: &mut World, event: LedgerEventId, acknowledged: bool, again: bool) {
        let events = &mut world.events;
        if again {
            world.repetitions -= 1;
        } else {
            events.queue.remove(&event);
        }
        let is_new = !events.stored.contains(&event);
        if is_new || self.bug == Some(Bug::NoUniqueEventId) {
            events.counted.push(event);
            events.counted.sort_unstable();
        }
        if self.bug == Some(Bug::AcknowledgeBeforeCommit) {
            events.uncommitted.insert(event);
        } else {
            events.stored.insert(event);
        }
        if acknowledged {
            world.book.acknowledge(event);
        } else {
            world.losses -= 1;
        }
    }
}

/// A client goes on when its step is answered; what it learns of an earlier step is old.
fn hear(client: &mut Client, step: u8, told: Told) {
    if client.step != step || !client.waiting || client.over {
        return;
    }
    client.waiting = false;
    client.sends = 0;
    match told {
        Told::Stands(id, status) => {
            client.redemption = Some(id);
            client.told = Some(status);
            client.step += 1;
        }
        Told::No => client.over = true,
    }
}
