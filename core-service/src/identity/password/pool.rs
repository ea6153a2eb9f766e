//! A few threads of low priority, for work that is dear and can wait.
//!
//! They take the processors' spare time. The threads that answer everybody else come
//! first whenever they have something to do, so a flood of sign-ins makes sign-ins
//! slow and nothing else. That goes for threads of the same session or container: for a
//! database beside it a processor has to be left free.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use tokio::sync::oneshot;

/// The threads' niceness on Linux: a tenth of a busy processor, all of an idle one.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// The way to the threads, which end with it.
pub(super) struct Pool(Sender<Job>);

impl Pool {
    /// So many threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn new(threads: usize) -> io::Result<Self> {
        let (sender, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work(&jobs))?;
        }
        Ok(Self(sender))
    }

    /// What `job` gives, once it is its turn; none when it panicked. A job whose
    /// caller has gone by then is left out, one that runs is not ended.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        let job = move || {
            if !sender.is_closed() {
                // Nobody may be there any more.
                let _ = sender.send(job());
            }
        };
        self.0.send(Box::new(job)).ok()?;
        receiver.await.ok()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    yield_to_others();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The panic hook has logged it, and the caller sees that nothing comes.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(target_os = "linux")]
fn yield_to_others() {
    // On Linux this is the thread and not the process. Without it all still works.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "passwords are hashed with the usual priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_job_only() {
        let pool = Pool::new(1).unwrap();
        assert_eq!(pool.run(|| -> u8 { panic!("on purpose") }).await, None);
        assert_eq!(pool.run(|| 7).await, Some(7));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn its_threads_come_last_and_the_others_stay_as_they_are() {
        let nice = || rustix::process::getpriority_process(None).unwrap();
        let before = nice();
        let pool = Pool::new(1).unwrap();
        assert_eq!(pool.run(nice).await, Some(before.max(NICENESS)));
        assert_eq!(nice(), before);
    }
}
