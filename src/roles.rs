//! Which parts one process runs.

use std::str::FromStr;

/// Which parts one process runs. Only the composition root asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// The rules and the state.
    pub core: bool,
    /// The OAuth and OpenID Connect endpoints.
    pub gateway: bool,
    /// The pages.
    pub web: bool,
}

impl Roles {
    /// Everything in one process.
    pub const ALL: Self = Self {
        core: true,
        gateway: true,
        web: true,
    };

    /// Whether anything here answers HTTP.
    #[must_use]
    pub const fn http(self) -> bool {
        self.gateway || self.web
    }

    /// Whether a core here has callers in other processes.
    #[must_use]
    pub const fn core_for_others(self) -> bool {
        self.core && !(self.gateway && self.web)
    }
}

impl FromStr for Roles {
    type Err = String;

    /// Reads `all`, or a comma-separated list of `core`, `gateway` and `web`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut roles = Self {
            core: false,
            gateway: false,
            web: false,
        };
        for name in text.split(',') {
            match name.trim() {
                "all" => roles = Self::ALL,
                "core" => roles.core = true,
                "gateway" => roles.gateway = true,
                "web" => roles.web = true,
                other => {
                    return Err(format!(
                        "{other:?} is no role; there are all, core, gateway and web"
                    ));
                }
            }
        }
        Ok(roles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_list() {
        assert_eq!("all".parse(), Ok(Roles::ALL));
        assert_eq!("core, gateway,web".parse(), Ok(Roles::ALL));
        let roles: Roles = "gateway,web".parse().unwrap();
        assert!(roles.http() && !roles.core && !roles.core_for_others());
        let roles: Roles = "core".parse().unwrap();
        assert!(!roles.http() && roles.core_for_others());
        assert!("core,proxy".parse::<Roles>().is_err() && "".parse::<Roles>().is_err());
    }
}
