// What every test needs: the program's address, its seeds, and a configured client.

import { readFileSync } from 'node:fs'
import * as client from 'openid-client'
import { CALLBACK, Visitor } from './visitor.mjs'

export { CALLBACK }

export const issuer = process.env.AUTHGATE_ISSUER
if (!issuer) throw new Error('AUTHGATE_ISSUER is not set: run scripts/with-authgate sqlite npm test')

const seed = JSON.parse(readFileSync(process.env.AUTHGATE_SEED ?? new URL('../../seed.json', import.meta.url)))

export const person = (username) => seed.users.find((user) => user.username === username)
export const registration = (clientId) => seed.clients.find((each) => each.client_id === clientId)

/** A new browser of the person. */
export const visitor = (username = 'alice') => new Visitor(issuer, pick(person(username), 'username', 'password'))

/**
 * openid-client as the seeded client: discovered, signatures of ID tokens checked.
 * @param {string} clientId
 * @param {'oidc'|'oauth2'} algorithm which discovery document
 */
export function configured(clientId, algorithm = 'oidc') {
  const { client_secret: secret, token_endpoint_auth_method: method, id_token_signed_response_alg: alg } = registration(clientId)
  const authentication = {
    client_secret_basic: () => client.ClientSecretBasic(secret),
    client_secret_post: () => client.ClientSecretPost(secret),
    none: () => client.None(),
  }[method]()
  const metadata = alg ? { id_token_signed_response_alg: alg } : {}
  // The program answers plain HTTP on the loopback address here.
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks]
  return client.discovery(new URL(issuer), clientId, metadata, authentication, { algorithm, execute })
}

/**
 * A fresh authorization request with PKCE, state and nonce.
 * @returns the URL for the browser, and the checks for the answer
 */
export async function authorizationRequest(config, scope, more = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  })
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } }
}

/** The whole authorization code flow in one step. */
export async function signIn(config, scope, browser = visitor()) {
  const { url, checks } = await authorizationRequest(config, scope)
  return client.authorizationCodeGrant(config, await browser.authorize(url), checks)
}

/** An assertion for a refused request: its status and error code. */
export const refused = (status, error) => (problem) => {
  const refusal = problem instanceof client.ResponseBodyError || problem instanceof client.WWWAuthenticateChallengeError
  if (refusal && problem.status === status && codeOf(problem) === error) return true
  throw new Error(`expected ${status} ${error}`, { cause: problem })
}

function codeOf(refusal) {
  if (refusal instanceof client.ResponseBodyError) return refusal.error
  const [{ scheme, parameters }] = refusal.cause
  // RFC 6749 section 5.2: only invalid_client is answered by a challenge to use Basic.
  return scheme === 'basic' ? 'invalid_client' : parameters.error
}

export const pick = (object, ...names) => Object.fromEntries(names.map((name) => [name, object[name]]))
