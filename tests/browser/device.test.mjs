import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { App, launch, Person, WITH_AND_WITHOUT_SCRIPT } from './support.mjs'

let browser
let device
before(async () => {
  browser = await launch()
  device = await new App().client('native')
})
after(() => browser?.close())

for (const [mode, javaScriptEnabled] of WITH_AND_WITHOUT_SCRIPT) {
  describe(mode, () => {
    test('a person types the code, compares and approves', async () => {
      const asked = await client.initiateDeviceAuthorization(device, { scope: 'openid profile read' })
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open(asked.verification_uri)
      await person.signIn('alice')
      await person.looksAt('device-enter')

      await person.page.getByLabel('Code', { exact: true }).fill(asked.user_code.toLowerCase().replace('-', ''))
      await person.press('Continue')
      assert.equal(await person.heading(), 'Connect this device?')
      await person.reads(asked.user_code)
      await person.reads('Native app')
      await person.looksAt('device-confirm')

      await person.press('Approve')
      assert.equal(await person.heading(), 'Device connected')
      await person.looksAt('device-connected')
      await person.close()

      const tokens = await client.pollDeviceAuthorizationGrant(device, asked)
      assert.equal(tokens.scope, 'openid profile read')
    })

    test('a person follows the link and denies', async () => {
      const asked = await client.initiateDeviceAuthorization(device, { scope: 'read' })
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open(asked.verification_uri_complete)
      await person.signIn('alice')
      await person.reads(asked.user_code)
      await person.press('Deny')
      assert.equal(await person.heading(), 'Request denied')
      await person.looksAt('device-denied')
      await person.close()

      await assert.rejects(client.pollDeviceAuthorizationGrant(device, asked), { error: 'access_denied' })
    })

    test('a wrong code gets another try', async () => {
      const person = await Person.at(browser, javaScriptEnabled)
      await person.open('/device')
      await person.signIn('bob')
      await person.page.getByLabel('Code', { exact: true }).fill('ZZZZ-ZZZZ')
      await person.refused(400, () => person.press('Continue'))
      await person.reads('There is no such code')
      await person.looksAt('device-unknown-code')
      await person.close()
    })
  })
}
