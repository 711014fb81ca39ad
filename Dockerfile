# The service on the CPU (docs/containers.md). It asks and answers; training is done outside of it, so that the trainer's
# libraries are left out.
#   docker build -t text2sql-tuner .

FROM node:26.10.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY vendor vendor
RUN npm ci --omit=dev --ignore-scripts --loglevel=error \
  && rm -rf node_modules/onnxruntime-* node_modules/node-linux-* node_modules/typescript node_modules/@typescript \
    node_modules/@node-llama-cpp/linux-armv7l \
    node_modules/@node-llama-cpp/linux-x64-cuda* node_modules/@node-llama-cpp/linux-x64-vulkan

FROM node:26.10.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY vendor vendor
RUN npm ci --ignore-scripts --loglevel=error
COPY . .
RUN node scripts/build.cjs

FROM node:26.10.0-bookworm-slim
ENV NODE_ENV=production T2S_CACHE=/cache
COPY --from=packages /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY package.json /app/
COPY bin /app/bin
# Open to every user id, so that `--user` may name the owner of a project that is mounted.
RUN install -d -o 1000 -g 1000 -m 1777 /project /cache
USER 1000:1000
WORKDIR /project
VOLUME ["/project", "/cache"]
EXPOSE 4318
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4318/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/t2s.cjs"]
CMD ["serve", "--host", "0.0.0.0", "--port", "4318"]
