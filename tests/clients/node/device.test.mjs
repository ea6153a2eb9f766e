import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from 'openid-client'
import { configured, issuer, refused, registration, visitor } from './support.mjs'

test('a device is approved by its link', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' })
  assert.match(device.user_code, /^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
  assert.equal(device.verification_uri, `${issuer}/device`)

  const tokens = client.pollDeviceAuthorizationGrant(config, device)
  const { asked } = await visitor().decideDevice(device.verification_uri_complete)
  assert.ok(asked.includes(device.user_code), 'the code is shown again')
  assert.ok(asked.includes(registration('native').client_name))

  const granted = await tokens
  assert.equal(granted.scope, 'openid profile offline_access')
  assert.ok(granted.refresh_token)
  const info = await client.fetchUserInfo(config, granted.access_token, granted.claims().sub)
  assert.equal(info.preferred_username, 'alice')

  // Exactly one answer for each code.
  const again = client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: device.device_code })
  await assert.rejects(again, refused(400, 'invalid_grant'))
})

test('the code may be typed in lower case with spaces', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'read' })
  const browser = visitor()
  const typed = ` ${device.user_code.toLowerCase().replace('-', ' ')} `
  const confirm = await browser.enterUserCode(device.verification_uri, typed)
  assert.ok(confirm.text.includes(device.user_code), confirm.text)
  await browser.submit(confirm.form('button[value=approve]'), { action: 'approve' })
  assert.equal((await client.pollDeviceAuthorizationGrant(config, device)).scope, 'read')
})

test('an unknown code is refused kindly', async () => {
  const page = await visitor().enterUserCode(`${issuer}/device`, 'ZZZZ-ZZZZ')
  assert.equal(page.status, 400)
  assert.ok(page.form('input[name=user_code]:not([type=hidden])'), 'the field is there again')
})

test('a denied device is told access_denied', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'read' })
  await visitor().decideDevice(device.verification_uri_complete, 'deny')
  await assert.rejects(client.pollDeviceAuthorizationGrant(config, device), refused(400, 'access_denied'))
})

test('scopes beyond the client are dropped, and the answer says what is granted', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'read write admin' })
  await visitor().decideDevice(device.verification_uri_complete)
  const tokens = await client.pollDeviceAuthorizationGrant(config, device)
  assert.equal(tokens.scope, 'read write')
})

test('polling too fast is slow_down, an unknown code invalid_grant', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'read' })
  const poll = (device_code) => client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code })
  await assert.rejects(poll(device.device_code), refused(400, 'authorization_pending'))
  await assert.rejects(poll(device.device_code), refused(400, 'slow_down'))
  await assert.rejects(poll('0'.repeat(40)), refused(400, 'invalid_grant'))
})

test('of 32 concurrent redemptions of one device code exactly one wins', async () => {
  const config = await configured('native')
  const device = await client.initiateDeviceAuthorization(config, { scope: 'read' })
  await visitor().decideDevice(device.verification_uri_complete)
  const poll = () =>
    client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: device.device_code })
  const tries = await Promise.allSettled(Array.from({ length: 32 }, poll))
  assert.equal(tries.filter((each) => each.status === 'fulfilled').length, 1)
  const allowed = ['invalid_grant', 'slow_down']
  for (const each of tries) if (each.status === 'rejected') assert.ok(allowed.includes(each.reason.error), each.reason)
})
