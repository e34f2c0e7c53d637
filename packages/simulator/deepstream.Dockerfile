# Context: the repository's root. Needs BuildKit, which Docker has used by itself since version 23
# (before that: DOCKER_BUILDKIT=1): for the secret, and to build on one processor for another. Without a "syntax" line, so
# that nothing has to be pulled but the base image.
# One image for both stages; BUILD_BASE is for a base that is only there for the other processor.
ARG BASE=node:24-slim
ARG BUILD_BASE=${BASE}

# The bundle is plain JavaScript: it is made on the machine that builds, whatever the image is for.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /repo
# First what says which packages to install: they are installed anew only when that changes.
COPY package.json package-lock.json .npmrc ./
COPY packages/cli/package.json packages/cli/
COPY packages/deepstream/package.json packages/deepstream/
COPY packages/deployment/package.json packages/deployment/
COPY packages/edge/package.json packages/edge/
COPY packages/foundation/package.json packages/foundation/
COPY packages/occupancy/package.json packages/occupancy/
COPY packages/simulator/package.json packages/simulator/
COPY modules/artifacts/package.json modules/artifacts/
COPY modules/filter/package.json modules/filter/
# Settings for a registry of your own, if need be: docker build --secret id=npmrc,src=FILE. They get into no layer.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts
# Then the rest, which is what .dockerignore lets in.
COPY . .
RUN node --import tsx scripts/bundle.ts stand-in && \
    printf '#!/bin/sh\nexec node --enable-source-maps /opt/deepstream-stand-in/main.cjs "$@"\n' >/deepstream-test5-app && \
    chmod 755 /deepstream-test5-app

# In the place of NVIDIA's image where there is no GPU: the app by its name, and a shell for the supervisor.
FROM ${BASE}
LABEL org.opencontainers.image.title="deepstream-companion-stand-in" \
      org.opencontainers.image.description="Replays detections as deepstream-test5-app would send them; no part of DeepStream is in it" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /repo/LICENSE /opt/deepstream-stand-in/LICENSE
COPY --from=build /repo/packages/simulator/dist /opt/deepstream-stand-in
COPY --from=build /deepstream-test5-app /usr/bin/deepstream-test5-app
CMD ["deepstream-test5-app", "--help"]
