//! Tables `audit_log`, `audit_chains`, `audit_register` and `audit_counts`.

mod batch;
mod chains;
mod counts;
mod entries;
mod register;
mod search;

pub(crate) use batch::{Batch, MOST_AT_ONCE, append};
pub(crate) use chains::{
    all as chains, lock, lock_existing, lock_number, number, remove as remove_chain, update,
};
pub(crate) use counts::{by_hour, remove_before as remove_counts, sum as counts};
pub(crate) use entries::{by_id, exists, newest, page_from, removal_is_ours, remove_before};
pub(crate) use register::{lock as lock_register, read as register, update as update_register};
pub(crate) use search::{count_matching, find};
