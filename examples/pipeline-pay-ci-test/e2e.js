// node e2e.js SUITE: scenarios against this very commit, before it is deployed anywhere.
import { once } from 'node:events'
import { scenarios } from './scenarios.js'
import { server } from './server.js'

const suites = {
  card: Object.keys(scenarios).filter((name) => /card/.test(name)),
  products: ['pymntlnk_sandbox'],
  zap: ['unwelcome'],
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
for (const name of suites[process.argv[2]]) {
  await scenarios[name](`http://127.0.0.1:${server.address().port}`)
  console.log(`${name}: as promised`)
}
server.close()
