import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from 'openid-client'
import { configured, refused, signIn } from './support.mjs'

test('a confidential client keeps its refresh token', async () => {
  const config = await configured('web-basic')
  const first = await signIn(config, 'openid profile offline_access')
  const second = await client.refreshTokenGrant(config, first.refresh_token)
  const third = await client.refreshTokenGrant(config, first.refresh_token)

  assert.equal(second.refresh_token ?? first.refresh_token, first.refresh_token)
  assert.equal(new Set([first, second, third].map((each) => each.access_token)).size, 3)
  assert.equal(second.claims().sub, first.claims().sub)
  assert.equal(second.claims().auth_time, first.claims().auth_time, 'OIDC Core section 12.2')
})

test('a public client gets a new refresh token, and the same one when it retries', async () => {
  const config = await configured('native')
  const first = await signIn(config, 'openid offline_access')
  const second = await client.refreshTokenGrant(config, first.refresh_token)
  assert.notEqual(second.refresh_token, first.refresh_token)

  const retried = await client.refreshTokenGrant(config, first.refresh_token)
  assert.equal(retried.refresh_token, second.refresh_token, 'the answer was lost on its way: no fork')

  const third = await client.refreshTokenGrant(config, second.refresh_token)
  assert.notEqual(third.refresh_token, second.refresh_token)
})

test('32 concurrent refreshes of one token lead to one successor', async () => {
  const config = await configured('native')
  const first = await signIn(config, 'openid offline_access')
  const answers = await Promise.all(Array.from({ length: 32 }, () => client.refreshTokenGrant(config, first.refresh_token)))
  assert.equal(new Set(answers.map((each) => each.refresh_token)).size, 1)
})

test('a refresh may ask for less, never for more', async () => {
  const config = await configured('web-basic')
  const first = await signIn(config, 'openid profile offline_access')
  const less = await client.refreshTokenGrant(config, first.refresh_token, { scope: 'openid' })
  assert.equal(less.scope, 'openid')
  const info = await client.fetchUserInfo(config, less.access_token, less.claims().sub)
  assert.ok(!('name' in info))
  const more = client.refreshTokenGrant(config, first.refresh_token, { scope: 'openid profile write' })
  await assert.rejects(more, refused(400, 'invalid_scope'))
})

test('a refresh token is of no use to another client', async () => {
  const first = await signIn(await configured('web-basic'), 'openid offline_access')
  const foreign = client.refreshTokenGrant(await configured('web-post'), first.refresh_token)
  await assert.rejects(foreign, refused(400, 'invalid_grant'))
})
