//! Tables `audit_log`, `audit_chains` and `audit_counts`.

mod chains;
mod counts;
mod entries;
mod search;

pub(crate) use chains::{all as chains, lock, prune, update};
pub(crate) use counts::{add as count, remove_before as remove_counts, sum as counts};
pub(crate) use entries::{
    by_id, exists, insert, newest, page_from, removal_is_ours, remove_before,
};
pub(crate) use search::{count_matching, find};
