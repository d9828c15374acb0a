-- The job that sends an invitation's newest mail, so that a list tells when one was given up. Jobs are cleaned away, so
-- it may name one that is gone.
alter table invitations add column mail_job_id uuid;
grant update (mail_job_id) on invitations to coupons_app;
