kafka: .tools/kafka/installed
.tools/kafka/installed: infra/kafka/pom.xml
	mvn -q -B -f $< dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/.tools/kafka/lib -DincludeScope=runtime
	touch $@
