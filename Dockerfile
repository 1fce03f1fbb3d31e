# The App's image: one static program, certificate authorities, an empty folder
# for its data. No shell, no package manager, not root. Time zones are in the
# program. The Action does not use this image.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY . .
ARG VERSION=0.0.0-devel
ARG TARGETOS
ARG TARGETARCH
# The same command builds the archives of a release, so that the program in here
# is the one in there, byte for byte. It compiles for the target and not on it.
RUN go run ./internal/release program "$VERSION" "$TARGETOS/$TARGETARCH" /out/backout && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/backout /backout
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# There is no /tmp, and nothing but /data can be written to.
ENV BACKOUT_DATA_DIR=/data SQLITE_TMPDIR=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/backout"]
CMD ["serve"]
