//! Mistakes that the origin could make, each built into a database of its own: the histories have to find it.
//!
//! The shipped code knows nothing of them: a trigger does something else than the database is told. SQL that is merely
//! broken passes for no mistake, since a store's call that fails, fails the test.

use super::*;

/// A mistake, and how a history tells of it.
struct Mistake {
    name: &'static str,
    /// What makes the database do it.
    sql: &'static str,
    /// All of these are in what one history finds.
    found_as: &'static [&'static str],
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "an identifier that is not unique",
        // A row steps aside for another one of its identifier. It keeps the milliseconds, and with them the partition.
        sql: "create function step_aside() returns trigger language plpgsql security definer as $$
            begin
                execute format(
                    'update %I set id = overlay(id::text placing right(gen_random_uuid()::text, 12) from 25)::uuid
                    where organization_id = $1 and id = $2', tg_table_name) using new.organization_id, new.id;
                return new;
            end $$;
            create trigger step_aside before insert on evaluations for each row execute function step_aside();
            create trigger step_aside before insert on ledger_events for each row execute function step_aside()",
        found_as: &["more stored", "more counted"],
    },
    Mistake {
        name: "an acknowledgement before the commit",
        // As if the process had died in between: what every fifth transaction stored is gone when it ends, and the answer
        // is that it is stored.
        sql: "create function lose() returns trigger language plpgsql security definer as $$
            begin
                delete from evaluations where batch = new.batch;
                delete from ledger_events where batch = new.batch;
                delete from roll_up_queue where batch = new.batch;
                return null;
            end $$;
            create constraint trigger lose after insert on roll_up_queue deferrable initially deferred
                for each row when (new.batch % 5 = 0) execute function lose()",
        found_as: &["less counted"],
    },
    Mistake {
        name: "a roll-up by the last identifier",
        // Of a batch, what is below the greatest identifier that is summed is not.
        sql: "create function go_on() returns trigger language plpgsql as $$
            begin
                new.first_id := greatest(new.first_id, (select id from evaluations
                    where batch not in (select batch from roll_up_queue) order by id desc limit 1));
                return new;
            end $$;
            create trigger go_on before insert on roll_up_queue for each row execute function go_on()",
        found_as: &["less counted"],
    },
    Mistake {
        name: "a rebuild that leaves in the queue what it has summed",
        sql: "create function leave() returns trigger language plpgsql as $$ begin return null; end $$;
            create trigger leave before delete on roll_up_queue for each row
                when (current_setting('transaction_isolation') = 'repeatable read') execute function leave()",
        found_as: &["more counted"],
    },
    Mistake {
        name: "a redemption that its record counts, and its event too",
        sql: "create function forget_record() returns trigger language plpgsql as $$
            begin
                new.has_record := false;
                return new;
            end $$;
            create trigger forget_record before insert on ledger_events for each row execute function forget_record()",
        found_as: &["more counted"],
    },
];

#[tokio::test]
async fn every_mistake_is_found() {
    for Mistake { name, sql, found_as } in MISTAKES {
        with_app(async move |app: TestApp| {
            sqlx::raw_sql(*sql).execute(&app.pool).await.unwrap();
            let Err(differences) = check_histories(&app).await else {
                panic!("{name}: not found");
            };
            for found in *found_as {
                assert!(differences.contains(found), "{name}: not {found}: {differences}");
            }
        })
        .await;
    }
}
