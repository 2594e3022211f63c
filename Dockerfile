# A small image that judges: docker build -t policyengine . && docker run --rm -v "$PWD:/work" policyengine check rules
# The first stage compiles durable-rules and is thrown away; the second has Python and this package, and no root.
FROM python:3.12-bookworm AS build
WORKDIR /source
# Without pip in it: what is installed into it comes from the pip of this stage.
RUN python -m venv --without-pip /opt/policyengine
COPY requirements.lock requirements-durable.lock ./
RUN CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip --python /opt/policyengine/bin/python install --no-cache-dir \
    --no-deps --require-hashes -r requirements.lock -r requirements-durable.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY rules rules
COPY src src
RUN pip --python /opt/policyengine/bin/python install --no-cache-dir --no-deps .

FROM python:3.12-slim-bookworm
COPY --from=build /opt/policyengine /opt/policyengine
RUN useradd --uid 10001 --create-home policyengine
ENV PATH=/opt/policyengine/bin:$PATH LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /work
ENTRYPOINT ["policyengine"]
CMD ["--help"]
