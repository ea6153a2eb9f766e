// A person goes through the pages of their own account.

import assert from 'node:assert/strict'
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
let device
before(async () => {
  browser = await launch()
  device = await new App().client('native')
})
after(() => browser?.close())

/** Runs `scenario` with somebody who has an account of their own, and is at the page `path` of it. */
async function somebody(javaScriptEnabled, path, scenario) {
  const account = await newcomer(browser)
  const person = await Person.at(browser, javaScriptEnabled)
  await person.open(path)
  await person.signIn(account.username, account.password)
  await scenario(person, account)
  await person.close()
}

for (const [mode, javaScriptEnabled] of MODES_OF_THE_CONSOLE) {
  describe(mode, () => {
    test('a person disables, enables and revokes what an app may do', () =>
      somebody(javaScriptEnabled, '/account/sessions', async (person) => {
        assert.equal(await person.heading(), 'Sessions')
        await person.reads('No app acts for you')
        await person.reads('This browser')
        await person.looksAt('sessions-no-app')

        const tokens = await connect(person, device)
        assert.equal(await works(device, tokens), true)
        await person.open('/account/sessions')
        await person.reads('Native app')
        await person.reads('access while you are away')
        await person.looksAt('sessions')

        await person.press('Disable Native app')
        await person.did('Disabled. The app gets no access until you enable it again.')
        assert.equal(await works(device, tokens), false)
        await assert.rejects(client.refreshTokenGrant(device, tokens.refresh_token), { error: 'invalid_grant' })
        await person.looksAt('sessions-disabled')

        await person.press('Enable Native app')
        await person.did('Enabled. The app has access again.')
        assert.equal(await works(device, tokens), true)

        await person.opens('Revoke', 'Native app')
        await person.reads('This ends the app’s access for good.')
        await person.looksAt('sessions-revoke')
        await person.press('Revoke Native app')
        await person.did('Revoked. The app has no access any more.')
        assert.equal(await works(device, tokens), false)
        await person.reads('No app acts for you')

        await person.follow('Revoked')
        await person.reads('Native app')
        assert.equal(await person.row('Native app').getByRole('button').count(), 0)
        await person.looksAt('sessions-revoked')
      }))

    test('a person finds an app among the sessions', () =>
      somebody(javaScriptEnabled, '/', async (person) => {
        await person.isHome()
        await connect(person, device, 'openid email')
        await person.open('/account/sessions')
        const search = async (text) => {
          await person.page.getByRole('searchbox').fill(text)
          await person.press('Search')
        }
        await search('native')
        await person.reads('Native app')
        await search('email')
        await person.reads('Native app')
        await search('<b>nothing</b>')
        await person.reads('Nothing found')
        await person.looksAt('sessions-nothing-found')
        await person.follow('Clear')
        await person.reads('Native app')
        await person.refused(400, () => person.open(`/account/sessions?search=${'x'.repeat(201)}`))
        await person.reads('That is too much to search for')
        await person.looksAt('search-too-long')
      }))

    test('a person signs out another browser', () =>
      somebody(javaScriptEnabled, '/account/sessions', async (person, { username, password }) => {
        const other = await Person.at(browser, javaScriptEnabled)
        await other.open('/account/sessions')
        await other.signIn(username, password)
        await other.reads('This browser')

        await person.page.reload()
        const rows = person.page.locator('section', { has: person.page.getByRole('heading', { name: 'Browsers' }) })
        const there = rows.getByRole('listitem').filter({ hasText: 'Chrom', hasNotText: 'This browser' })
        assert.equal(await there.count(), 1)
        await person.looksAt('sessions-two-browsers')
        await person.leavesBy(there.getByRole('button'))
        await person.did('That browser is signed out.')

        await other.page.reload()
        assert.equal(await other.heading(), 'Sign in')
        await other.close()
      }))

    test('a person ends all apps, then everything', () =>
      somebody(javaScriptEnabled, '/account/sessions', async (person) => {
        const first = await connect(person, device)
        await person.open('/account/sessions')
        await person.follow('End all sessions')
        assert.equal(await person.heading(), 'End all sessions?')
        await person.looksAt('sessions-end-all')
        await person.follow('Keep them')
        assert.equal(await works(device, first), true)

        await person.follow('End all sessions')
        await person.press('End sessions')
        await person.did('All apps were signed out.')
        assert.equal(await works(device, first), false)

        const second = await connect(person, device)
        await person.open('/account/sessions/revoke-all')
        await person.page.getByLabel('Apps and browsers').check()
        await person.press('End sessions')
        assert.equal(await person.heading(), 'Sign in')
        await person.reads('You are signed out everywhere.')
        assert.equal(await works(device, second), false)
        await person.looksAt('login-signed-out-everywhere')
        await person.open('/account/sessions')
        assert.equal(await person.heading(), 'Sign in')
      }))

    test('a person takes back what they allowed an app', () =>
      somebody(javaScriptEnabled, '/account/authorizations', async (person) => {
        await person.reads('No app has your permission')
        await person.looksAt('authorizations-none')

        const tokens = await connect(person, device)
        await person.open('/account/authorizations')
        await person.reads('Native app')
        await person.reads('Allowed since')
        await person.looksAt('authorizations')
        await person.opens('Remove access', 'Native app')
        await person.reads('1 sign-in of this app ends.')
        await person.looksAt('authorizations-remove')
        await person.press('Remove access Native app')
        await person.did('Access removed. The app has to ask you again.')
        assert.equal(await works(device, tokens), false)
        await person.reads('No app has your permission')
      }))

    test('a person registers an app, and changes and deletes it', () =>
      somebody(javaScriptEnabled, '/apps', async (person) => {
        await person.reads('You have no apps yet')
        await person.looksAt('apps-none')
        await person.page.getByRole('link', { name: 'Register an app' }).first().click()
        await person.page.waitForURL(`${issuer}/apps/new`)
        await person.looksAt('app-new')

        const name = unique('<b>Kitchen</b> clock')
        await person.fills({ Name: name, 'Redirect URIs (optional)': 'http://clock.example/callback' })
        await person.refused(400, () => person.press('Register'))
        await person.reads('That did not work yet')
        await person.looksAt('app-new-refused')
        assert.equal(await person.page.getByLabel('Name', { exact: true }).inputValue(), name)

        await person.fills({
          'Redirect URIs (optional)': 'https://clock.example/callback',
          'Description (optional)': 'Says when dinner is ready',
        })
        await person.press('Register')
        assert.equal(await person.heading(), 'App registered')
        const secret = await person.page.locator('#client_secret').innerText()
        assert.ok(secret.length > 20)
        await person.looksAt('app-registered')

        await person.follow('Back to the app')
        assert.equal(await person.heading(), name)
        await person.reads('An administrator has to approve this app.')
        assert.ok(!(await person.page.content()).includes(secret), 'the secret is shown once')
        await person.looksAt('app')

        await person.follow('Edit')
        await person.looksAt('app-edit')
        await person.fills({ 'Description (optional)': 'Says when tea is ready' })
        await person.press('Save changes')
        await person.did('Saved.')
        await person.reads('Says when tea is ready')

        await person.follow('Make a new secret')
        await person.reads('The secret in use stops working at once.')
        await person.looksAt('app-regenerate')
        await person.press('Make a new secret')
        assert.equal(await person.heading(), 'New client secret')
        assert.notEqual(await person.page.locator('#client_secret').innerText(), secret)
        await person.looksAt('app-regenerated')
        await person.follow('Back to the app')

        await person.open('/apps')
        await person.reads(name)
        await person.looksAt('apps')
        await person.follow(name)
        await person.follow('Delete this app')
        await person.looksAt('app-delete')
        await person.follow('Cancel')
        await person.follow('Delete this app')
        await person.press('Delete this app')
        await person.did('The app is deleted.')
        await person.reads('You have no apps yet')
      }))

    test('an app that people can use is not deleted, and who edits an old form is told', () =>
      somebody(javaScriptEnabled, '/apps/new', async (person) => {
        const name = unique('Busy app')
        await person.fills({ Name: name, 'Redirect URIs (optional)': 'https://busy.example/callback' })
        await person.press('Register')
        await person.follow('Back to the app')
        const path = person.path()
        await person.follow('Edit')

        const admin = await administrator(browser, false)
        const ofAdmin = `/admin/clients/${path.split('/').at(-1)}`
        await admin.open(ofAdmin)
        await admin.press('Approve')
        await admin.did('The client is approved and active.')

        await person.fills({ Name: `${name} anew` })
        await person.refused(409, () => person.press('Save changes'))
        await person.reads('Somebody else changed this')
        await person.looksAt('app-edit-outdated')

        await person.open(path)
        await person.reads('An active app cannot be deleted.')
        assert.equal(await person.page.getByRole('link', { name: 'Delete this app' }).count(), 0)
        await person.looksAt('app-active')
        await person.open(`${path}/delete`)
        await person.refused(409, () => person.press('Delete this app'))
        await person.looksAt('app-delete-refused')

        await admin.open(`${ofAdmin}/deactivate`)
        await admin.press('Deactivate')
        await admin.close()
        await person.open(path)
        await person.reads('An administrator switched this app off')
        await person.looksAt('app-inactive')
        await person.follow('Delete this app')
        await person.press('Delete this app')
        await person.did('The app is deleted.')
        await person.refused(404, () => person.open(path))
        await person.reads('There is no such thing')
        await person.looksAt('missing')
      }))

    test('what belongs to others is not there', () =>
      somebody(javaScriptEnabled, '/', async (person) => {
        await person.isHome()
        for (const path of ['/apps/native', '/apps/native/edit', '/apps/native/delete']) {
          await person.refused(404, () => person.open(path))
          await person.reads('There is no such thing')
        }
      }))

    test('a person changes their profile', () =>
      somebody(javaScriptEnabled, '/account/profile', async (person, { username }) => {
        assert.equal(await person.heading(), 'Profile')
        await person.reads(username)
        await person.reads('User name and password')
        await person.looksAt('profile')

        const address = `${username}@people.example`
        await person.fills({ 'Full name (optional)': 'Zoë <i>Ünal</i>', 'Email address (optional)': address })
        await person.press('Save changes')
        await person.did('Your profile is saved.')
        await person.reads('Not confirmed')
        assert.equal(await person.page.getByLabel('Full name').inputValue(), 'Zoë <i>Ünal</i>')
        await person.looksAt('profile-saved')

        // A character that turns the text after it around.
        await person.fills({ 'Full name (optional)': 'Zoë \u202ecod.exe' })
        await person.refused(400, () => person.press('Save changes'))
        await person.reads('That did not work yet')
        await person.looksAt('profile-refused')
      }))

    test('a person changes their password', () =>
      somebody(javaScriptEnabled, '/account/profile', async (person, { username, password }) => {
        const other = await Person.at(browser, javaScriptEnabled)
        await other.open('/account/profile')
        await other.signIn(username, password)

        await person.follow('Change password')
        await person.looksAt('password')
        const changed = unique('quite another one')
        const change = async (current, password, again = password) => {
          await person.fills({ 'Current password': current, 'New password': password, 'New password, again': again })
          await person.press('Change password')
        }
        await person.refused(400, () => change(password, changed, 'something else'))
        await person.reads('This is not the same as above.')
        await person.refused(400, () => change('not this', changed))
        await person.reads('This is not your current password.')
        await person.looksAt('password-wrong')
        await person.refused(400, () => change(password, username))
        await person.reads('Too easy to guess')

        await change(password, changed)
        await person.did('Your password is changed. All other browsers and apps were signed out.')
        await person.looksAt('password-changed')
        await other.page.reload()
        await other.refused(401, () => other.signIn(username, password))
        await other.signIn(username, changed)
        assert.equal(await other.heading(), 'Profile')
        await other.close()
      }))

    test('language and appearance are chosen on the pages of the account, and stay', () =>
      somebody(javaScriptEnabled, '/account/sessions?status=active', async (person) => {
        const html = person.page.locator('html')
        await person.press('繁體中文')
        assert.equal(await html.getAttribute('lang'), 'zh-TW')
        assert.ok(person.page.url().includes('status=active'), 'the list stays as it was')
        for (const [path, heading] of [
          ['/account/sessions', '登入與連線'],
          ['/account/sessions/revoke-all', '要結束所有登入與連線嗎？'],
          ['/account/authorizations', '已授權的應用程式'],
          ['/apps', '我的應用程式'],
          ['/apps/new', undefined],
          ['/account/profile', '個人資料'],
          ['/account/password', '變更密碼'],
        ]) {
          await person.open(path)
          if (heading) assert.equal(await person.heading(), heading)
          await person.looksAt(`zh-tw${path.replaceAll('/', '-')}`)
        }

        await person.press('深色')
        assert.equal(person.path(), '/account/password')
        assert.equal(await html.getAttribute('data-theme'), 'dark')
        await person.press('English')
        assert.equal(await html.getAttribute('lang'), 'en')
        assert.equal(await person.heading(), 'Change password')
        assert.equal(await html.getAttribute('data-theme'), 'dark')
        await person.press('Auto')
        assert.equal(await html.getAttribute('data-theme'), null)
      }))

    test('a person goes through the sections and signs out', () =>
      somebody(javaScriptEnabled, '/', async (person) => {
        await person.isHome()
        await person.follow('Your account')
        for (const [name, heading] of [
          ['Authorized apps', 'Authorized apps'],
          ['My apps', 'My apps'],
          ['Profile', 'Profile'],
          ['Sessions', 'Sessions'],
        ]) {
          await person.follow(name)
          assert.equal(await person.heading(), heading)
        }
        assert.equal(await person.page.getByRole('link', { name: 'Dashboard' }).count(), 0)
        await person.page.locator('header').getByRole('button', { name: 'Sign out' }).click()
        await person.page.waitForURL((url) => url.pathname.endsWith('/login'))
        await person.open('/apps')
        assert.equal(await person.heading(), 'Sign in')
      }))
  })
}
