// An administrator goes through the pages of the administration.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import {
  administrator,
  App,
  connect,
  issuer,
  launch,
  newcomer,
  Person,
  unique,
  MODES_OF_THE_CONSOLE,
  works,
} from './support.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

/** Runs `scenario` with an administrator, who is at the page `path`. */
async function administering(javaScriptEnabled, path, scenario) {
  const admin = await administrator(browser, javaScriptEnabled)
  await admin.open(path)
  await scenario(admin)
  await admin.close()
}

/** Somebody new, signed in. */
async function arrives(javaScriptEnabled, account) {
  const person = await Person.at(browser, javaScriptEnabled)
  await person.open('/')
  await person.signIn(account.username, account.password)
  await person.isHome()
  return person
}

/** Registers an app of a person; its path in the administration. */
async function register(person, name) {
  await person.open('/apps/new')
  await person.fills({ Name: name, 'Redirect URIs (optional)': 'https://app.example/callback' })
  await person.press('Register')
  await person.follow('Back to the app')
  return `/admin/clients/${person.path().split('/').at(-1)}`
}

/** Makes an app for devices; its path and it as openid-client. */
async function deviceApp(admin, name) {
  await admin.open('/admin/clients/new')
  await admin.fills({ Name: name, 'Scopes (optional)': 'openid profile email offline_access' })
  await admin.page.getByLabel('Type').selectOption('public')
  await admin.page.getByLabel('Sign-in in the browser').uncheck()
  await admin.page.getByLabel('Code on another device').check()
  await admin.press('Create client')
  await admin.did('The client is created and active.')
  const path = admin.path()
  return { path, config: await new App().client(path.split('/').at(-1), undefined) }
}

for (const [mode, javaScriptEnabled] of MODES_OF_THE_CONSOLE) {
  describe(mode, () => {
    test('an admin goes through the sections', () =>
      administering(javaScriptEnabled, '/', async (admin) => {
        await admin.follow('Administration')
        assert.equal(await admin.heading(), 'Dashboard')
        await admin.reads('Latest events')
        await admin.looksAt('admin-dashboard')
        for (const name of ['Clients', 'Registrations', 'Users', 'Tokens', 'Signing keys', 'Audit log', 'Dashboard']) {
          // Behind the name of one stands how many wait.
          const link = admin.page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name })
          await admin.leavesBy(link)
          assert.equal(await admin.heading(), name)
        }
        await admin.follow('Open the audit log')
        assert.equal(await admin.heading(), 'Audit log')
      }))

    test('nobody else gets in', async () => {
      const person = await arrives(javaScriptEnabled, await newcomer(browser))
      for (const path of ['', '/clients', '/clients/new', '/clients/native', '/registrations', '/users', '/users/new']) {
        await person.refused(403, () => person.open(`/admin${path}`))
        await person.reads('For administrators only')
      }
      for (const path of ['/tokens', '/keys', '/keys/rotate-now', '/audit', '/audit/export?format=csv']) {
        await person.refused(403, () => person.open(`/admin${path}`))
        await person.reads('For administrators only')
      }
      await person.looksAt('admin-refused')
      await person.close()
    })

    test('a client is created, edited, deactivated, activated, gets a new secret and is deleted', () =>
      administering(javaScriptEnabled, '/admin/clients', async (admin) => {
        await admin.reads('Native app')
        await admin.looksAt('admin-clients')
        await admin.follow('New client')
        await admin.looksAt('admin-client-new')

        const name = unique('Nightly <b>job</b>')
        await admin.fills({ Name: name, 'Scopes (optional)': 'read write' })
        for (const label of ['Sign-in in the browser', 'Stay connected']) await admin.page.getByLabel(label).uncheck()
        await admin.refused(400, () => admin.press('Create client'))
        await admin.reads('Choose at least one way to get tokens')
        await admin.looksAt('admin-client-new-refused')
        await admin.page.getByLabel('As itself, without a person').check()
        await admin.press('Create client')
        assert.equal(await admin.heading(), 'Client created')
        await admin.looksAt('admin-client-created')
        const id = await admin.page.locator('dl code').innerText()
        const secret = await admin.page.locator('#secret').innerText()
        const service = (secret) => new App().client(id, secret).then((config) => client.clientCredentialsGrant(config))
        assert.equal((await service(secret)).scope, 'read write')

        await admin.follow('Go to the client')
        assert.equal(await admin.heading(), name)
        assert.ok(!(await admin.page.content()).includes(secret), 'the secret is shown once')
        await admin.looksAt('admin-client')
        await admin.page.getByText('All metadata as JSON').click()
        await admin.looksAt('admin-client-json')

        await admin.follow('Edit')
        await admin.looksAt('admin-client-edit')
        await admin.fills({ 'Description (optional)': 'Works while people sleep', 'Scopes (optional)': 'read' })
        await admin.press('Save changes')
        await admin.did('The changes are saved.')
        await admin.reads('Works while people sleep')
        assert.equal((await service(secret)).scope, 'read')

        const asks = async (label, looks) => {
          await admin.follow(label)
          await admin.reads(name)
          await admin.looksAt(looks)
          await admin.follow('Cancel')
          assert.equal(await admin.heading(), name)
          await admin.follow(label)
        }
        await asks('New secret', 'admin-client-regenerate')
        await admin.press('New secret')
        assert.equal(await admin.heading(), 'New client secret')
        const renewed = await admin.page.locator('#secret').innerText()
        await admin.looksAt('admin-client-regenerated')
        await assert.rejects(service(secret), { status: 401 })
        await service(renewed)
        await admin.follow('Go to the client')

        await asks('Deactivate', 'admin-client-deactivate')
        await admin.press('Deactivate')
        await admin.did('The client is deactivated and its tokens are revoked.')
        await admin.reads('deactivated a client')
        await admin.looksAt('admin-client-inactive')
        await assert.rejects(service(renewed))
        await asks('Activate', 'admin-client-activate')
        await admin.press('Activate')
        await admin.did('The client is active again.')
        await admin.reads('activated a client')
        await service(renewed)

        await asks('Delete', 'admin-client-delete')
        await admin.press('Delete')
        await admin.did('The client is deleted.')
        assert.equal(await admin.heading(), 'Clients')
        await assert.rejects(service(renewed), { status: 401 })
        await admin.refused(404, () => admin.open(`/admin/clients/${id}`))
      }))

    test('clients are found by their state and by words', () =>
      administering(javaScriptEnabled, '/admin/clients', async (admin) => {
        const tabs = admin.page.getByRole('navigation', { name: 'By status' })
        await admin.leavesBy(tabs.getByRole('link', { name: 'Active', exact: true }))
        await admin.page.getByRole('searchbox').fill('odd/id+100%')
        await admin.press('Search')
        await admin.reads('Service with odd credentials')
        assert.equal(await admin.page.locator('tbody tr').count(), 1)
        await admin.leavesBy(admin.page.locator('tbody a bdi'))
        assert.equal(await admin.heading(), 'Service with odd credentials')
        await admin.reads('service: odd/id+100%')
        await admin.page.goBack()
        await admin.page.getByRole('searchbox').fill('no such client anywhere')
        await admin.press('Search')
        await admin.reads('Nothing found')
        await admin.looksAt('admin-clients-nothing-found')
      }))

    test('everybody is signed out of a client, and one of its people', () =>
      administering(javaScriptEnabled, '/admin/clients', async (admin) => {
        const { path, config } = await deviceApp(admin, unique('Television'))
        await admin.open(`${path}/authorizations`)
        await admin.reads('Nobody has allowed it anything')
        await admin.looksAt('admin-client-authorizations-none')
        const account = await newcomer(browser)
        const person = await arrives(false, account)

        const first = await connect(person, config)
        await admin.open(`${path}/authorizations`)
        await admin.reads(account.username)
        await admin.looksAt('admin-client-authorizations')
        await admin.confirm('Revoke', `the authorization of ${account.username}`)
        await admin.did('The authorization is revoked, and the tokens under it.')
        assert.equal(await works(config, first), false)

        const second = await connect(person, config)
        await admin.open(path)
        await admin.follow('Revoke everything')
        await admin.reads('People who allowed it something: 1.')
        await admin.looksAt('admin-client-revoke-all')
        assert.equal(await works(config, second), true)
        await admin.press('Revoke everything')
        await admin.did('All its tokens and authorizations are revoked.')
        assert.equal(await works(config, second), false)
        await person.close()
      }))

    test('an admin decides about apps that people registered', async () => {
      const person = await arrives(false, await newcomer(browser))
      const names = [unique('Wanted'), unique('Unwanted'), unique('Later')]
      const paths = []
      for (const name of names) paths.push(await register(person, name))
      await administering(javaScriptEnabled, '/admin', async (admin) => {
        await admin.reads('Review them')
        await admin.looksAt('admin-dashboard-waiting')
        await admin.open('/admin/registrations')
        await admin.looksAt('admin-registrations')
        // Others may wait before them, page after page.
        const decide = async (verb, name) => {
          const button = admin.page.getByRole('button', { name: `${verb} ${name}`, exact: true })
          await admin.open('/admin/registrations')
          while (!(await button.count())) await admin.follow('Older')
          await admin.leavesBy(button)
        }
        await decide('Approve', names[0])
        await admin.did('The client is approved and active.')
        assert.equal(admin.path(), '/admin/registrations')
        await decide('Reject', names[1])
        await admin.did('The client is rejected.')

        await admin.open(paths[2])
        await admin.reads('This client waits for approval.')
        await admin.looksAt('admin-client-pending')
        await admin.press('Reject')
        await admin.did('The client is rejected.')
        await admin.open(paths[1])
        await admin.reads('Inactive')
        await admin.open(paths[0])
        await admin.reads('Active')
      })
      await person.close()
    })

    test('an admin makes an account, changes it, switches it off and on, and deletes it', () =>
      administering(javaScriptEnabled, '/admin/users', async (admin) => {
        await admin.reads('alice')
        await admin.looksAt('admin-users')
        await admin.follow('New user')
        await admin.looksAt('admin-user-new')

        const username = unique('erin')
        await admin.fills({ 'User name': 'alice' })
        await admin.refused(400, () => admin.press('Create user'))
        await admin.reads('That did not work yet')
        await admin.looksAt('admin-user-new-refused')
        await admin.fills({ 'User name': username, 'Name (optional)': 'Erin <u>X</u>' })
        await admin.press('Create user')
        assert.equal(await admin.heading(), 'The account is there.')
        const first = await admin.page.locator('#password').innerText()
        await admin.looksAt('admin-user-created')
        await admin.follow('Go to the user')
        const path = admin.path()
        await admin.reads('Erin <u>X</u>')
        await admin.looksAt('admin-user')

        await admin.follow('Edit')
        await admin.looksAt('admin-user-edit')
        await admin.fills({ 'Email address (optional)': `${username}@people.example` })
        await admin.page.getByLabel('Role').selectOption('admin')
        await admin.press('Save changes')
        await admin.did('Saved.')
        await admin.reads(`${username}@people.example`)

        const erin = await arrives(javaScriptEnabled, { username, password: first })
        await erin.follow('Administration')
        assert.equal(await erin.heading(), 'Dashboard')
        await admin.follow('Edit')
        await admin.page.getByLabel('Role').selectOption('user')
        await admin.press('Save changes')
        // In the open session too.
        await erin.refused(403, () => erin.open('/admin/users'))

        const asks = async (label, looks) => {
          await admin.follow(label)
          await admin.reads(username)
          await admin.looksAt(looks)
          await admin.follow('Cancel')
          assert.equal(admin.path(), path)
          await admin.follow(label)
        }
        await asks('Reset password', 'admin-user-reset')
        await admin.press('Reset password')
        assert.equal(await admin.heading(), 'New password')
        const second = await admin.page.locator('#password').innerText()
        assert.notEqual(second, first)
        await admin.looksAt('admin-user-new-password')
        await erin.open('/account/profile')
        assert.equal(await erin.heading(), 'Sign in')
        await erin.refused(401, () => erin.signIn(username, first))
        await erin.signIn(username, second)
        assert.equal(await erin.heading(), 'Profile')

        await admin.follow('Go to the user')
        await asks('Disable', 'admin-user-disable')
        await admin.press('Disable')
        await admin.did('The account is disabled.')
        await admin.looksAt('admin-user-disabled')
        await erin.page.reload()
        assert.equal(await erin.heading(), 'Sign in')
        await erin.refused(403, () => erin.signIn(username, second))
        await erin.reads('This account is switched off.')
        await erin.looksAt('login-disabled')
        await admin.press('Enable')
        await admin.did('The account is enabled.')
        await erin.signIn(username, second)
        assert.equal(await erin.heading(), 'Profile')

        await asks('Delete', 'admin-user-delete')
        await admin.press('Delete')
        await admin.did('The account is deleted.')
        await erin.page.reload()
        assert.equal(await erin.heading(), 'Sign in')
        await erin.close()
        await admin.refused(404, () => admin.open(path))
      }))

    test('people are found by role, state and words; nobody ends the own account', () =>
      administering(javaScriptEnabled, '/admin/users', async (admin) => {
        await admin.leavesBy(admin.page.getByRole('navigation', { name: 'Role' }).getByRole('link', { name: 'Admins' }))
        await admin.page.getByLabel('Status').selectOption('active')
        await admin.page.getByRole('searchbox').fill('admin')
        await admin.press('Search')
        await admin.looksAt('admin-users-found')
        await admin.leavesBy(admin.page.locator('tbody').getByRole('link', { name: 'admin', exact: true }))
        await admin.reads('This is you')
        const path = admin.path()
        for (const name of ['Disable', 'Delete']) assert.equal(await admin.page.getByRole('link', { name }).count(), 0)
        await admin.looksAt('admin-user-self')
        await admin.open(`${path}/delete`)
        await admin.refused(409, () => admin.press('Delete'))
        await admin.looksAt('admin-user-delete-refused')
        await admin.open('/admin/users?search=nobody+has+this+name')
        await admin.reads('Nothing found')
        await admin.looksAt('admin-users-nothing-found')
      }))

    test('an admin sees and ends what a person uses', () =>
      administering(javaScriptEnabled, '/admin', async (admin) => {
        const { config } = await deviceApp(admin, unique('Radio'))
        const account = await newcomer(browser)
        for (const [part, nothing] of [
          ['sessions', 'Not signed in'],
          ['authorizations', 'No app has permission'],
          ['connections', undefined],
        ]) {
          await admin.open(`${account.path}/${part}`)
          if (nothing) await admin.reads(nothing)
          await admin.looksAt(`admin-user-${part}-none`)
        }

        const person = await arrives(false, account)
        const first = await connect(person, config)
        await admin.open(account.path)
        await admin.reads('browser signed in')
        await admin.leavesBy(admin.page.locator('main').getByRole('link', { name: 'authorized app' }))
        await admin.looksAt('admin-user-authorizations')
        await admin.page.locator('summary', { hasText: 'Remove access' }).click()
        await admin.reads('1 sign-in of this app ends.')
        await admin.leavesBy(admin.page.locator('details[open]').getByRole('button'))
        await admin.did('Access removed.')
        assert.equal(await works(config, first), false)

        await admin.open(`${account.path}/sessions`)
        await admin.looksAt('admin-user-sessions')
        await admin.leavesBy(admin.page.locator('main').getByRole('button', { name: /^Sign out/ }))
        await admin.did('That browser is signed out.')
        await person.open('/account/profile')
        assert.equal(await person.heading(), 'Sign in')
        await person.signIn(account.username, account.password)

        const second = await connect(person, config)
        await admin.open(account.path)
        await admin.follow('Sign out everywhere')
        await admin.reads('1 browser session and 1 sign-in of an app end.')
        await admin.looksAt('admin-user-revoke-all')
        await admin.press('Sign out everywhere')
        await admin.did('The user is signed out everywhere.')
        assert.equal(await works(config, second), false)
        await person.open('/account/profile')
        assert.equal(await person.heading(), 'Sign in')
        await person.close()
      }))

    test('an admin finds, disables, enables and revokes tokens', () =>
      administering(javaScriptEnabled, '/admin', async (admin) => {
        const name = unique('Lamp')
        const { config } = await deviceApp(admin, name)
        const account = await newcomer(browser)
        const person = await arrives(false, account)
        const tokens = await connect(person, config)
        await person.close()
        const about = `${account.username} ${name}`

        await admin.open('/admin/tokens')
        await admin.reads('Every token on record')
        await admin.looksAt('admin-tokens')
        await admin.open(account.path)
        await admin.leavesBy(admin.page.locator('main').getByRole('link', { name: 'sign-in of an app' }))
        assert.equal(await admin.heading(), 'Tokens')
        assert.equal(await admin.page.locator('tbody tr').count(), 1)
        await admin.looksAt('admin-tokens-of-user')

        await admin.press(`Disable ${about}`)
        await admin.did('The token is disabled.')
        assert.equal(await works(config, tokens), false)
        await admin.page.getByLabel('Status').selectOption('disabled')
        await admin.press('Search')
        assert.equal(await admin.page.locator('tbody tr').count(), 1, 'the filter of the user stays')
        await admin.looksAt('admin-tokens-disabled')
        await admin.press(`Enable ${about}`)
        await admin.did('The token is enabled.')
        assert.equal(await works(config, tokens), true)
        await admin.reads('Nothing found')
        await admin.page.getByLabel('Status').selectOption('active')
        await admin.press('Search')

        await admin.opens('Revoke', about)
        await admin.reads('The token stops working for good.')
        await admin.looksAt('admin-tokens-revoke')
        await admin.press(`Revoke ${about}`)
        await admin.did('The token is revoked.')
        assert.equal(await works(config, tokens), false)

        await admin.leavesBy(admin.page.getByRole('link', { name: 'Refresh tokens' }))
        assert.equal(await admin.page.locator('tbody tr').count(), 1)
        await admin.looksAt('admin-tokens-refresh')
        await admin.confirm('Revoke', about)
        await admin.did('The token is revoked.')
        await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' })
        await admin.leavesBy(admin.page.getByRole('link', { name: /take this filter away/ }))
        await admin.open('/admin/tokens?search=no+such+token+anywhere')
        await admin.reads('Nothing found')
        await admin.looksAt('admin-tokens-nothing-found')
      }))

    test('keys are rotated, at once only after a question', () =>
      administering(javaScriptEnabled, '/admin/keys', async (admin) => {
        const algorithm = 'ES256'
        const active = () => admin.row(new RegExp(`${algorithm}.*Signing`, 's')).locator('code').innerText()
        await admin.reads(algorithm)
        await admin.looksAt('admin-keys')
        const before = await active()
        await admin.press(`Rotate ${algorithm}`)
        await admin.did('A new key is published.')
        assert.equal(await active(), before, 'it does not sign yet')
        await admin.looksAt('admin-keys-rotated')

        await admin.follow(`Rotate immediately ${algorithm}`)
        assert.equal(await admin.heading(), 'Sign with a new key at once?')
        await admin.reads(algorithm)
        await admin.looksAt('admin-keys-rotate-now')
        await admin.follow('Cancel')
        assert.equal(await active(), before)
        await admin.follow(`Rotate immediately ${algorithm}`)
        await admin.press('Rotate immediately')
        await admin.did('A new key is published.')
        assert.notEqual(await active(), before)
      }))

    test('the audit log is filtered, read and taken along', () =>
      administering(javaScriptEnabled, '/admin', async (admin) => {
        const account = await newcomer(browser)
        const entries = admin.page.locator('ol.log > li')
        await admin.open('/admin/audit')
        await admin.reads('Events in 30 days')
        await admin.looksAt('admin-audit')

        await admin.page.getByRole('searchbox').fill(account.username)
        await admin.page.getByLabel('Event', { exact: true }).selectOption('USER_CREATED')
        await admin.page.getByLabel('Outcome').selectOption('true')
        const today = new Date().toISOString().slice(0, 10)
        await admin.page.getByLabel('From').fill(today)
        await admin.page.getByLabel('Until').fill(today)
        await admin.press('Search')
        // What happened is written soon, not at once.
        for (let tries = 0; tries < 20 && !(await entries.count()); tries += 1) {
          await admin.page.waitForTimeout(250)
          await admin.page.reload()
        }
        assert.equal(await entries.count(), 1)
        await admin.looksAt('admin-audit-filtered')
        await entries.locator('summary').click()
        await admin.reads('USER_CREATED')
        await admin.reads('POST')
        await admin.looksAt('admin-audit-details')

        const file = async (name) => {
          const download = admin.page.waitForEvent('download')
          await admin.page.getByRole('link', { name, exact: true }).click()
          return readFile(await (await download).path(), 'utf8')
        }
        const csv = await file('Export CSV')
        const lines = csv.trim().split('\n')
        assert.equal(lines.length, 2, csv)
        assert.ok(lines[1].includes('USER_CREATED'), csv)
        assert.ok(!csv.includes(account.password))
        const json = (await file('Export JSON Lines')).trim()
        assert.ok(JSON.stringify(JSON.parse(json)).includes(account.username), json)

        await admin.leavesBy(admin.page.getByRole('list', { name: 'Active filters' }).getByRole('link', { name: /Until/ }))
        assert.equal(await entries.count(), 1)
        await admin.follow('Clear')
        assert.ok((await entries.count()) > 1)
        await admin.open('/admin/audit?search=nothing+like+this+ever+happened')
        await admin.reads('Nothing found')
        await admin.looksAt('admin-audit-nothing-found')
      }))

    test('the audit log is leafed through', () =>
      administering(javaScriptEnabled, '/admin', async (admin) => {
        // Each look at the log is an event itself.
        for (let look = 0; look < 21; look += 1) await admin.context.request.get(`${issuer}/admin/audit/api?limit=1`)
        const entries = admin.page.locator('ol.log > li')
        const older = admin.page.getByRole('link', { name: 'Older' })
        for (let tries = 0; tries < 20; tries += 1) {
          await admin.open('/admin/audit')
          if (await older.count()) break
          await admin.page.waitForTimeout(250)
        }
        assert.equal(await entries.count(), 20)
        await admin.follow('Older')
        assert.ok((await entries.count()) > 0)
        await admin.looksAt('admin-audit-older')
        await admin.follow('Newer')
        assert.equal(await entries.count(), 20)
      }))

    test('language and appearance are chosen on the pages of the administration, and stay', () =>
      administering(javaScriptEnabled, '/admin/users?role=admin', async (admin) => {
        const html = admin.page.locator('html')
        await admin.leavesBy(admin.page.locator('tbody').getByRole('link', { name: 'admin', exact: true }))
        const self = admin.path()
        await admin.page.goBack()
        await admin.press('繁體中文')
        assert.equal(await html.getAttribute('lang'), 'zh-TW')
        assert.ok(admin.page.url().includes('role=admin'), 'the list stays as it was')
        for (const [name, path] of [
          ['dashboard', '/admin'],
          ['clients', '/admin/clients'],
          ['client-new', '/admin/clients/new'],
          ['client', '/admin/clients/native'],
          ['client-delete', '/admin/clients/native/delete'],
          ['registrations', '/admin/registrations'],
          ['users', '/admin/users'],
          ['user-new', '/admin/users/new'],
          ['user', self],
          ['tokens', '/admin/tokens'],
          ['keys', '/admin/keys'],
          ['audit', '/admin/audit'],
        ]) {
          await admin.open(path)
          await admin.looksAt(`zh-tw-admin-${name}`)
        }

        await admin.press('深色')
        assert.equal(admin.path(), '/admin/audit')
        assert.equal(await html.getAttribute('data-theme'), 'dark')
        await admin.press('English')
        assert.equal(await html.getAttribute('lang'), 'en')
        assert.equal(await admin.heading(), 'Audit log')
        await admin.press('Auto')
        assert.equal(await html.getAttribute('data-theme'), null)
      }))
  })
}
