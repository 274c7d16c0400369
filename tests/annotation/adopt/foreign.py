"""A project as another tool makes it: its own names, nothing of ours."""

from __future__ import annotations

FOREIGN = """
<View>
  <Header value="Read the page"/>
  <Text name="txt" value="$body"/>
  <Image name="pic" value="$image"/>
  <Labels name="tags" toName="txt" choice="multiple">
    <Label value="Name-calling/labelling" background="#AA0011" hotkey="1"/>
    <Label value="Überzeichnung" background="orange"/>
  </Labels>
  <Rating name="severity" toName="txt" perRegion="true" maxRating="3"/>
  <Choices name="kind" toName="txt" perRegion="true" choice="multiple" required="true"
           whenTagName="tags" whenLabelValue="Name-calling/labelling">
    <Choice value="a person"/>
    <Choice value="a group" alias="group"/>
  </Choices>
  <TextArea name="why" toName="txt" perRegion="true"/>
  <Choices name="tone" toName="txt" choice="single-radio">
    <Choice value="+" hotkey="p"/>
    <Choice value="-"/>
    <Choice value="Ranked"><Choice value="high"/></Choice>
  </Choices>
  <TextArea name="note" toName="txt"/>
  <RectangleLabels name="boxes" toName="pic"><Label value="face"/></RectangleLabels>
</View>
"""
