//! Coupons in CSV files: import and export.

use reqwest::Method;
use serde_json::{Value, json};

use crate::coupon_batches::{CLUB, codes, create_batch, first_column};
use crate::support::{Answer, TestApp, User, wait_for, with_app};

/// Imports a file into the promotion `club`.
async fn import(user: &User, file: impl Into<reqwest::Body>) -> Answer {
    let request = user.request(Method::POST, &format!("{CLUB}/coupons/import"));
    Answer::read(request.header("content-type", "text/csv; charset=utf-8").body(file)).await
}

/// The lines that were refused, each with its slug.
fn refused(report: &Value) -> Vec<(u64, String)> {
    let lines = report["lines"].as_array().unwrap().iter();
    let line = |line: &Value| {
        (
            line["line"].as_u64().unwrap(),
            line["code"].as_str().unwrap().to_owned(),
        )
    };
    lines.map(line).collect()
}

async fn count_rows(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from coupons")
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn good_lines_are_imported_and_the_others_reported() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.post(&format!("{CLUB}/coupons"), &json!({"code": "TAKEN"}))
            .await
            .expect(201);
        let made = create_batch(&ana, json!({"count": 1})).await;
        let generated = codes(&ana, &made["id"]).await.remove(0).to_lowercase();
        let file = format!(
            "\u{feff}Customer_ID,code,MAX_USES,expires_at\r\n\
             c-77,welcome,5,2027-01-31T23:59:59Z\r\n\
             \r\n\
             \"Smith, \"\"Ann\"\"\",B,unlimited,\r\n\
             ,taken,,\r\n\
             ,{generated},,\r\n\
             ,WELCOME,,\r\n\
             ,=1+1,,\r\n\
             \"a\r\nb\",C,,\r\n\
             ,D,0,\r\n\
             ,E,,2020-01-01T00:00:00Z\r\n\
             ,NUL\0,,\r\n\
             ,F,1,,extra\r\n\
             ,G\r\n"
        );
        let report = import(&ana, file).await.expect(200).json();
        let expected = [
            (5, "code_taken"),
            (6, "code_taken"),
            (7, "code_taken"),
            (8, "code_invalid"),
            (9, "customer_invalid"),
            (11, "max_uses_invalid"),
            (12, "time_past"),
            (13, "code_invalid"),
            (14, "line_invalid"),
        ]
        .map(|(line, code)| (line, code.to_owned()));
        assert_eq!(refused(&report), expected);
        assert_eq!(
            (&report["imported"], &report["refused"], &report["lines_not_shown"]),
            (&json!(3), &json!(9), &json!(0))
        );
        assert_eq!(report["lines"][3]["coupon"], "=1+1");
        let list = ana.get(&format!("{CLUB}/coupons")).await.expect(200).json();
        let rows: Vec<_> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| json!([item["code"], item["max_uses"], item["expires_at"], item["customer_id"]]))
            .collect();
        let expected = [
            json!(["G", 1, null, null]),
            json!(["B", null, null, "Smith, \"Ann\""]),
            json!(["WELCOME", 5, "2027-01-31T23:59:59Z", "c-77"]),
            json!(["TAKEN", 1, null, null]),
        ];
        assert_eq!(rows, expected);
    })
    .await;
}

#[tokio::test]
async fn files_that_are_none_are_refused_whole() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let check = async |file: Vec<u8>, expected: &str, part: &str| {
            let answer = import(&ana, file).await.expect_problem(422, "invalid_request");
            assert_eq!(answer.field_errors(), [(String::new(), expected.to_owned())]);
            let detail = answer.json()["errors"][0]["detail"].to_string();
            assert!(detail.contains(part), "{detail}");
        };
        check(Vec::new(), "header_missing", "code").await;
        check(b"WELCOME\nB\n".to_vec(), "header_missing", "max_uses").await;
        check(b"code,colour\nA,red\n".to_vec(), "column_unknown", "colour").await;
        check(b"code\nA\nB\xF1\nC\n".to_vec(), "encoding_invalid", "Line 3").await;
        let utf_16: Vec<u8> = "\u{feff}code\nA\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(utf_16, "encoding_invalid", "Line 1").await;
        check(",".repeat(1_000_000).into_bytes(), "header_missing", "columns").await;
        let wide = format!("code\nA\n{}\nB\n", "x,".repeat(1_000_000));
        let report = import(&ana, wide).await.expect(200).json();
        assert_eq!(
            (&report["imported"], refused(&report)),
            (&json!(2), vec![(3, "line_invalid".to_owned())])
        );
        let empty = import(&ana, "code\n").await.expect(200).json();
        assert_eq!((&empty["imported"], &empty["refused"]), (&json!(0), &json!(0)));
        let json = ana.post(&format!("{CLUB}/coupons/import"), &json!({})).await;
        json.expect_problem(415, "unsupported_media_type");
        assert_eq!(count_rows(&app).await, 2);
    })
    .await;
}

#[tokio::test]
async fn files_have_at_most_5_mib() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let mut file = b"code\nA\n".to_vec();
        file.resize(5 * 1024 * 1024, b'\n');
        let report = import(&ana, file.clone()).await.expect(200).json();
        assert_eq!(report["imported"], 1);
        file.push(b'\n');
        import(&ana, file).await.expect_problem(413, "body_too_large");
        assert_eq!(count_rows(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn reports_show_the_first_thousand_lines() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let mut file = "code\n".to_owned();
        for number in 0..7_000 {
            file += &format!("A{}\n", number % 5_500);
        }
        let report = import(&ana, file).await.expect(200).json();
        assert_eq!(
            (&report["imported"], &report["refused"], &report["lines_not_shown"]),
            (&json!(5_500), &json!(1_500), &json!(500))
        );
        let lines: Vec<_> = refused(&report).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, (5_502..6_502).collect::<Vec<u64>>());
    })
    .await;
}

/// A database that fails in the middle of a file leaves nothing of it.
#[tokio::test]
async fn nothing_is_half_imported() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        ana.post(&format!("{CLUB}/coupons"), &json!({"code": "FIRST"}))
            .await
            .expect(201);
        // The code of the last line is being taken by somebody, so the import waits with the lines before it stored.
        let mut blocker = app.pool.begin().await.unwrap();
        let insert = "insert into coupons (organization_id, promotion_id, code, listed, created_at) \
                      select organization_id, promotion_id, 'A11999', false, created_at from coupons";
        sqlx::raw_sql(insert).execute(&mut *blocker).await.unwrap();
        let mut file = "code\n".to_owned();
        for number in 0..12_000 {
            file += &format!("A{number}\n");
        }
        let user = ana.clone();
        let call = tokio::spawn(async move { import(&user, file).await });
        let pid: i32 = wait_for("the import to wait", async || {
            let query = "select pid from pg_stat_activity where wait_event = 'transactionid' \
                         and datname = current_database() and query like 'insert into coupons%'";
            sqlx::query_scalar(query).fetch_optional(&app.pool).await.unwrap()
        })
        .await;
        let kill = sqlx::query("select pg_terminate_backend($1)").bind(pid);
        kill.execute(&app.pool).await.unwrap();
        call.await.unwrap().expect_problem(503, "unavailable");
        blocker.rollback().await.unwrap();
        assert_eq!(count_rows(&app).await, 1);
        let events = ana
            .get("/v1/audit-events?action=promotion.coupons_imported")
            .await
            .expect(200)
            .json();
        assert_eq!(events["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn exports_are_safe_and_can_be_imported() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "a,\"b\"", "'", "ñandú"];
        for (number, customer) in (0..).zip(hostile) {
            let body = json!({"code": format!("C{number}"), "customer_id": customer, "max_uses": null});
            ana.post(&format!("{CLUB}/coupons"), &body).await.expect(201);
        }
        ana.post(&format!("{CLUB}/coupons/C0/revoke"), &json!({}))
            .await
            .expect(200);
        let file = ana.get(&format!("{CLUB}/coupons.csv")).await.expect(200);
        assert!(file.header("content-type").starts_with("text/csv; charset=utf-8"));
        assert_eq!(
            file.header("content-disposition"),
            "attachment; filename=\"coupons-club.csv\""
        );
        let expected = "code,state,uses,max_uses,expires_at,customer_id\r\n\
                        C6,active,0,unlimited,,ñandú\r\n\
                        C5,active,0,unlimited,,'\r\n\
                        C4,active,0,unlimited,,\"a,\"\"b\"\"\"\r\n\
                        C3,active,0,unlimited,,'@SUM(A1)\r\n\
                        C2,active,0,unlimited,,'-1\r\n\
                        C1,active,0,unlimited,,'+1\r\n\
                        C0,revoked,0,unlimited,,'=1+1\r\n";
        assert_eq!(file.text, expected);
        let bob = app.register("bob").await;
        bob.create_coupon_promotion("club").await;
        let report = import(&bob, file.text).await.expect(200).json();
        assert_eq!((&report["imported"], &report["refused"]), (&json!(7), &json!(0)));
        let list = bob.get(&format!("{CLUB}/coupons")).await.expect(200).json();
        let customers: Vec<_> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["customer_id"].clone())
            .collect();
        assert_eq!(customers, hostile.map(Value::from));
        let none = app.register("carol").await;
        none.create_coupon_promotion("club").await;
        let empty = none.get(&format!("{CLUB}/coupons.csv")).await.expect(200).text;
        assert_eq!(empty, "code,state,uses,max_uses,expires_at,customer_id\r\n");
    })
    .await;
}

#[tokio::test]
async fn an_export_tells_the_state_of_each_coupon() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        let promotion = ana.create_coupon_promotion("club").await["id"].clone();
        let made = create_batch(&ana, json!({"count": 2_500, "expires_at": "2027-01-31T23:59:59Z"})).await;
        let all = codes(&ana, &made["id"]).await;
        let record = crate::ingest::record(&ana, &promotion, 1);
        let used = crate::ingest::changed(record, json!({"coupon": all[2_400]}));
        app.ingest(&[used]).await.expect(200);
        ana.post(&format!("{CLUB}/coupons/{}/revoke", all[1_000]), &json!({}))
            .await
            .expect(200);
        let path = format!("{CLUB}/coupon-batches/{}/coupons.csv", made["id"].as_str().unwrap());
        let file = ana.get(&path).await.expect(200);
        let line = |index: usize, state: &str, uses: u32| {
            let expected = format!("{},{state},{uses},1,2027-01-31T23:59:59Z,", all[index]);
            assert_eq!(file.text.lines().nth(index + 1), Some(expected.as_str()));
        };
        line(0, "active", 0);
        line(1_000, "revoked", 0);
        line(2_400, "exhausted", 1);
        line(2_499, "active", 0);
        assert_eq!(file.text.lines().count(), 2_501);
    })
    .await;
}

/// The first coupons come before the last are derived.
#[tokio::test]
async fn a_large_export_streams() {
    with_app(async |app: TestApp| {
        let ana = app.register("ana").await;
        ana.create_coupon_promotion("club").await;
        let made = create_batch(&ana, json!({"count": 100_000})).await;
        let path = format!("{CLUB}/coupon-batches/{}/coupons.csv", made["id"].as_str().unwrap());
        let mut answer = ana.request(Method::GET, &path).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.content_length()), (200, None));
        let mut text = answer.chunk().await.unwrap().unwrap().to_vec();
        // The first coupons are here, and the origin still reads others from the database.
        let mut blocker = app.pool.begin().await.unwrap();
        let lock = sqlx::raw_sql("lock table coupons in access exclusive mode");
        lock.execute(&mut *blocker).await.unwrap();
        wait_for("a later page", async || {
            let query = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' \
                         and datname = current_database() and query like 'select number, code%')";
            let waits: bool = sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap();
            waits.then_some(())
        })
        .await;
        blocker.rollback().await.unwrap();
        while let Some(part) = answer.chunk().await.unwrap() {
            text.extend(part);
        }
        let codes = first_column(std::str::from_utf8(&text).unwrap());
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), distinct.len()), (100_000, 100_000));
    })
    .await;
}
