//! The one writer of an SQLite file, and group commit.
//!
//! SQLite has one writer at a time, and each durable commit costs a wait for the disk.
//! So transactions that stand in line share one: each is a savepoint in a common
//! transaction of the connection, and the last of a group commits for all. Each is told
//! once that commit is durable. To its members a group is what a queue was: they run one
//! after the other, see what those before them did, and one that gives up leaves nothing.
//!
//! A group whose commit fails fails as a whole. So does one that SQLite rolled back on
//! its own because a disk was full or broken: the savepoint is then gone, and whoever
//! looks for it finds out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection as _, SqliteConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions},
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
    time::Instant,
};

use super::{
    changes::{Change, Changes},
    connection::within,
    error::StoreError,
    statements::Statements,
};

/// A group is committed when it has so many members, whoever waits still,
const MOST_MEMBERS: usize = 64;
/// or is so old.
const MOST_AGE: Duration = Duration::from_millis(5);

/// The writers' line. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(Arc<Line>);

struct Line {
    /// Transactions that wait for the desk.
    waiting: AtomicUsize,
    desk: Arc<Mutex<Desk>>,
    statements: Statements,
}

/// The connection, and the group that is open on it.
struct Desk {
    options: SqliteConnectOptions,
    /// None after a failure: closing it is the surest rollback.
    connection: Option<SqliteConnection>,
    group: Option<Group>,
    /// What `PRAGMA data_version` last said.
    version: Option<i64>,
}

/// Transactions that share a commit.
struct Group {
    began: Instant,
    done: Vec<oneshot::Sender<Result<(), StoreError>>>,
}

/// A transaction at the desk. Dropped without commit, it did not happen.
pub(super) struct Member {
    writer: Writer,
    /// Taken when it leaves.
    desk: Option<OwnedMutexGuard<Desk>>,
    progress: Progress,
    /// What goes with the commit.
    deferred: Option<Deferred>,
    /// A statement failed, after which SQLite may have rolled back on its own.
    is_broken: bool,
}

/// Statements that are run later, in one trip to the connection's thread.
pub(super) struct Deferred {
    /// The statements, with `?` in the places of values.
    pub(super) text: String,
    /// The values of all of them, in order.
    pub(super) values: SqliteArguments,
    /// Whether they stay prepared, for others that are alike.
    pub(super) keep: bool,
}

/// How far a member came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The group was begun before, or is not yet.
    AtDesk,
    /// It is unknown whether the group is begun.
    Beginning,
    /// There is a savepoint to go back to.
    Begun,
}

impl Writer {
    /// A writer on `connection`, which was opened with `options`.
    pub(super) fn new(
        connection: SqliteConnection,
        options: SqliteConnectOptions,
        statements: Statements,
    ) -> Self {
        let desk = Desk {
            options,
            connection: Some(connection),
            group: None,
            version: None,
        };
        Self(Arc::new(Line {
            waiting: AtomicUsize::new(0),
            desk: Arc::new(Mutex::new(desk)),
            statements,
        }))
    }

    /// Waits for its turn, at most `turn`, and begins a transaction, at most `answer` a statement.
    ///
    /// # Errors
    /// UNAVAILABLE when the turn does not come in time.
    pub(super) async fn begin(
        &self,
        turn: Duration,
        answer: Duration,
    ) -> Result<Member, StoreError> {
        let mut member = Member {
            writer: self.clone(),
            desk: Some(self.desk(turn).await?),
            progress: Progress::AtDesk,
            deferred: None,
            is_broken: false,
        };
        member.begin(answer).await?;
        Ok(member)
    }

    /// Runs one statement as a transaction, in one trip to the connection's thread where
    /// [`begin`](Self::begin) and [`Member::commit`] need three; it is durable when this is
    /// back. Who goes away before that takes the group along.
    ///
    /// # Errors
    /// UNAVAILABLE when the turn or the answer does not come in time; what SQLite says.
    pub(super) async fn once(
        &self,
        turn: Duration,
        answer: Duration,
        statement: &str,
        values: SqliteArguments,
    ) -> Result<(), StoreError> {
        let mut desk = self.desk(turn).await?;
        let is_last = self.is_last(&desk);
        let text = match (desk.group.is_some(), is_last) {
            // Alone it is a transaction of its own, which takes the lock at once.
            (false, true) => statement.to_owned(),
            (false, false) => {
                format!("BEGIN IMMEDIATE; SAVEPOINT member; {statement}; RELEASE member")
            }
            (true, true) => format!("SAVEPOINT member; {statement}; COMMIT"),
            (true, false) => format!("SAVEPOINT member; {statement}; RELEASE member"),
        };
        text.split(';').for_each(|_| self.0.statements.count());
        // Away from the desk: dropped in between they are the surest rollback.
        desk.connection().await?;
        let (mut connection, group) = (desk.connection.take(), desk.group.take());
        let Some(open) = connection.as_mut() else {
            return Err(lost());
        };
        let is_alone = group.is_none() && is_last;
        let query = sqlx::query_with(AssertSqlSafe(text), values);
        let done = within(answer, query.execute(open)).await.map(drop);
        if let Err(StoreError::Unavailable(_)) = done {
            return done;
        }
        desk.connection = connection;
        if is_alone {
            // Durable, or nothing is left of it.
            return done;
        }
        desk.group = Some(group.unwrap_or_else(Group::new));
        if let Err(refusal) = done {
            return Err(desk.refused(refusal, self).await);
        }
        let durable = desk.join();
        if is_last {
            desk.succeed();
        } else {
            // Whoever was waited for may have gone away meanwhile.
            self.settle(&mut desk).await;
        }
        drop(desk);
        committed(durable).await
    }

    /// The desk, which is waited for at most `turn`.
    async fn desk(&self, turn: Duration) -> Result<OwnedMutexGuard<Desk>, StoreError> {
        let place = Place::last_in(self.clone());
        let desk = Arc::clone(&self.0.desk).lock_owned();
        let Ok(desk) = tokio::time::timeout(turn, desk).await else {
            return Err(StoreError::unavailable("other writes take too long"));
        };
        place.called();
        Ok(desk)
    }

    /// Notices what other processes wrote to the file, and says so to `changes`. What this
    /// process itself wrote it does not notice.
    ///
    /// # Errors
    /// When the file can't be asked.
    pub(super) async fn listen(&self, changes: &Changes) -> Result<(), StoreError> {
        let mut desk = self.0.desk.lock().await;
        let connection = desk.connection().await?;
        // Not sooner: the line may be long, and what was committed meanwhile is seen too.
        let asked = Instant::now();
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(connection)
            .await?;
        if desk.version.replace(version) != Some(version) {
            changes.apply(&Change::Everything);
        }
        changes.heard(asked);
        Ok(())
    }

    /// Closes the connection, after the transactions in line.
    pub(super) async fn close(&self) {
        let mut desk = self.0.desk.lock().await;
        desk.commit(&self.0.statements).await;
        if let Some(connection) = desk.connection.take() {
            // Closed or not: there is nobody to tell.
            let _ = connection.close().await;
        }
    }

    /// Commits an open group unless somebody waits who will. Whoever leaves the line
    /// or the desk calls it, so no group stays open.
    async fn settle(&self, desk: &mut Desk) {
        if self.is_last(desk) {
            desk.commit(&self.0.statements).await;
        }
    }

    /// Whether the group ends here: nobody waits, or it has waited for enough.
    fn is_last(&self, desk: &Desk) -> bool {
        let is_full = desk.group.as_ref().is_some_and(|group| {
            group.done.len() + 1 >= MOST_MEMBERS || group.began.elapsed() >= MOST_AGE
        });
        is_full || self.0.waiting.load(Ordering::SeqCst) == 0
    }

    /// Runs `leave` on the desk in the background: what leaves the desk in order must
    /// not depend on a request that may go away. When the runtime ends, so does the
    /// connection, and what was not committed with it.
    fn in_background<F>(self, leave: impl FnOnce(Self) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(leave(self));
        }
    }
}

impl Group {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            done: Vec::new(),
        }
    }
}

fn lost() -> StoreError {
    StoreError::unavailable("the connection was lost")
}

/// What became of the group that answers by `durable`.
async fn committed(durable: oneshot::Receiver<Result<(), StoreError>>) -> Result<(), StoreError> {
    let ended = || StoreError::unavailable("the writer ended before the commit");
    durable.await.unwrap_or_else(|_| Err(ended()))
}

impl Desk {
    /// Tells when what the open group did is durable.
    fn join(&mut self) -> oneshot::Receiver<Result<(), StoreError>> {
        let (done, durable) = oneshot::channel();
        if let Some(group) = &mut self.group {
            group.done.push(done);
        }
        durable
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if self.connection.is_none() {
            self.version = None;
            self.connection = Some(self.options.connect().await?);
        }
        self.connection
            .as_mut()
            .ok_or_else(|| StoreError::unavailable("no connection to write with"))
    }

    /// Runs one statement, or several in one trip to the connection's thread.
    async fn run(
        &mut self,
        statements: &'static str,
        counter: &Statements,
    ) -> Result<(), StoreError> {
        statements.split(';').for_each(|_| counter.count());
        sqlx::query(statements)
            .execute(self.connection().await?)
            .await?;
        Ok(())
    }

    /// The same with values.
    async fn run_deferred(
        &mut self,
        deferred: Deferred,
        counter: &Statements,
    ) -> Result<(), StoreError> {
        let Deferred { text, values, keep } = deferred;
        text.split(';').for_each(|_| counter.count());
        // On no other connection: there they would not be part of the group.
        let connection = self.connection.as_mut().ok_or_else(lost)?;
        sqlx::query_with(AssertSqlSafe(text), values)
            .persistent(keep)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Back to where the member began.
    async fn undo(&mut self, statements: &Statements) -> Result<(), StoreError> {
        let back = "ROLLBACK TO member; RELEASE member";
        self.run(back, statements).await
    }

    /// A member's statement was refused: the others of the group go on without it. Gives
    /// `refusal`, for the member.
    async fn refused(&mut self, refusal: StoreError, writer: &Writer) -> StoreError {
        let refusal = Arc::new(refusal);
        if self.undo(&writer.0.statements).await.is_err() {
            // There is nothing to go back to: it was the commit, or SQLite has rolled back.
            self.fail(&refusal);
        }
        writer.settle(self).await;
        StoreError::shared(&refusal)
    }

    /// Makes what the open group did durable, and tells its members.
    async fn commit(&mut self, statements: &Statements) {
        if self.group.is_none() {
            return;
        }
        match self.run("COMMIT", statements).await {
            Ok(()) => self.succeed(),
            Err(error) => self.fail(&Arc::new(error)),
        }
    }

    /// What the open group did is durable.
    fn succeed(&mut self) {
        for done in self.group.take().into_iter().flat_map(|group| group.done) {
            // A member that went away is not told.
            let _ = done.send(Ok(()));
        }
    }

    /// Nothing of what the open group did has happened.
    fn fail(&mut self, cause: &Arc<StoreError>) {
        self.connection = None;
        for done in self.group.take().into_iter().flat_map(|group| group.done) {
            let _ = done.send(Err(StoreError::shared(cause)));
        }
    }
}

impl Member {
    /// The connection, for one statement.
    ///
    /// # Errors
    /// UNAVAILABLE when it was lost.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let desk = self.desk.as_mut();
        desk.and_then(|desk| desk.connection.as_mut())
            .ok_or_else(lost)
    }

    async fn begin(&mut self, answer: Duration) -> Result<(), StoreError> {
        let statements = self.writer.0.statements.clone();
        let Some(desk) = self.desk.as_mut() else {
            return Err(StoreError::unavailable("the transaction has ended"));
        };
        if desk.group.is_some() {
            self.progress = Progress::Begun;
            return within(answer, desk.run("SAVEPOINT member", &statements)).await;
        }
        self.progress = Progress::Beginning;
        // The write lock at once: a transaction that reads first and then writes could
        // otherwise find that another process wrote in between.
        let begin = "BEGIN IMMEDIATE; SAVEPOINT member";
        within(answer, desk.run(begin, &statements)).await?;
        desk.group = Some(Group::new());
        self.progress = Progress::Begun;
        Ok(())
    }

    /// Takes note of a statement's answer.
    pub(super) fn heard<T>(&mut self, answer: &Result<T, StoreError>) {
        self.is_broken |= !matches!(answer, Ok(_) | Err(StoreError::Conflict(_)));
    }

    /// Has `deferred` run with the commit: nothing may depend on it before.
    pub(super) fn at_end(&mut self, deferred: Deferred) {
        self.deferred = Some(deferred);
    }

    /// Runs what was to go with the commit now.
    ///
    /// # Errors
    /// What SQLite says of it; UNAVAILABLE when the transaction was lost.
    pub(super) async fn flush(&mut self) -> Result<(), StoreError> {
        let Some(deferred) = self.deferred.take() else {
            return Ok(());
        };
        match &mut self.desk {
            Some(desk) if !self.is_broken => {
                // Also when this is given up in the middle.
                self.is_broken = true;
                let counter = &self.writer.0.statements;
                let done = desk.run_deferred(deferred, counter).await;
                self.is_broken = done.is_err();
                done
            }
            _ => Err(lost()),
        }
    }

    /// Joins the group's commit and waits until it is durable; `changed` is then called,
    /// also when the caller has gone away.
    ///
    /// # Errors
    /// UNAVAILABLE when it did not happen; what SQLite says of what was deferred, and then
    /// nothing of the member has happened.
    pub(super) async fn commit(
        mut self,
        changed: impl FnOnce() + Send + 'static,
    ) -> Result<(), StoreError> {
        if self.is_broken {
            // What was deferred would be written, and not what it belongs to.
            return Err(lost());
        }
        let Some(mut desk) = self.desk.take() else {
            return Err(StoreError::unavailable("the transaction has ended"));
        };
        let writer = self.writer.clone();
        let deferred = self.deferred.take();
        let committed = tokio::spawn(async move {
            let is_last = writer.is_last(&desk);
            let end = if is_last {
                "RELEASE member; COMMIT"
            } else {
                "RELEASE member"
            };
            let counter = &writer.0.statements;
            let ended = match deferred {
                None => desk.run(end, counter).await,
                Some(mut deferred) => {
                    deferred.text = format!("{}; {end}", deferred.text);
                    desk.run_deferred(deferred, counter).await
                }
            };
            let ended = match ended {
                Err(refusal @ (StoreError::Conflict(_) | StoreError::Internal(_))) => {
                    let refusal = desk.refused(refusal, &writer).await;
                    changed();
                    return Err(refusal);
                }
                ended => ended,
            };
            let durable = desk.join();
            match ended {
                Ok(()) if is_last => desk.succeed(),
                // Whoever was waited for may have gone away meanwhile.
                Ok(()) => writer.settle(&mut desk).await,
                Err(error) => desk.fail(&Arc::new(error)),
            }
            drop(desk);
            let result = committed(durable).await;
            changed();
            result
        });
        committed.await.map_err(StoreError::internal)?
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let Some(mut desk) = self.desk.take() else {
            return;
        };
        let progress = self.progress;
        self.writer.clone().in_background(async move |writer| {
            let undone = match progress {
                Progress::AtDesk => Ok(()),
                Progress::Beginning => {
                    Err(StoreError::unavailable("the transaction did not begin"))
                }
                Progress::Begun => desk.undo(&writer.0.statements).await,
            };
            if let Err(error) = undone {
                desk.fail(&Arc::new(error));
            }
            writer.settle(&mut desk).await;
        });
    }
}

/// A place in the line. Dropped before it is called, it sees to it that nobody counts on it.
struct Place(Option<Writer>);

impl Place {
    fn last_in(writer: Writer) -> Self {
        writer.0.waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(writer))
    }

    /// It has the desk.
    fn called(mut self) {
        if let Some(writer) = self.0.take() {
            writer.0.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(writer) = self.0.take() else { return };
        writer.0.waiting.fetch_sub(1, Ordering::SeqCst);
        writer.in_background(async |writer| {
            let mut desk = writer.0.desk.lock().await;
            writer.settle(&mut desk).await;
        });
    }
}
