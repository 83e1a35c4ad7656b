using IoTOrleans.Contracts;
using IoTOrleans.Grains.Incidents;
using IoTOrleans.Grains.Ports;

namespace IoTOrleans.Grains.Tests.Incidents;

public sealed class IncidentRulesTests
{
    private readonly Storm _storm = new();

    [Fact]
    public void Five_within_the_window_go_singly_and_the_sixth_waits_for_the_incident()
    {
        _storm.Drop(7).Select(admission => admission.Kind).ShouldBe(
            [AdmissionKind.Go, AdmissionKind.Go, AdmissionKind.Go, AdmissionKind.Go, AdmissionKind.Go, AdmissionKind.Later,
                AdmissionKind.Later]);
        _storm.NextLook.ShouldBe(Storm.Start.AddSeconds(10), "so that one message has most of it");
    }

    [Fact]
    public void Things_that_fall_due_one_by_one_are_told_one_by_one()
    {
        for (var i = 0; i < 20; i++) _storm.After(31).Ask(_storm.Offline($"t{i}")).Kind.ShouldBe(AdmissionKind.Go);
        _storm.State.Stored.Incidents.ShouldBeEmpty();
    }

    [Fact]
    public void Whoever_was_admitted_singly_may_try_again_and_counts_once()
    {
        for (var i = 0; i < 10; i++) _storm.Ask(_storm.Offline("t0")).Kind.ShouldBe(AdmissionKind.Go);
        _storm.State.Stored.Singles.Count.ShouldBe(1);
    }

    [Fact]
    public void The_lone_notification_costs_no_write_and_the_second_does()
    {
        _storm.Drop(1);
        _storm.Last.Persist.ShouldBeFalse();
        _storm.Ask(_storm.Offline("other"));
        _storm.Last.Persist.ShouldBeTrue();
    }

    [Fact]
    public void Zero_collapses_everything()
    {
        _storm.Terms = _storm.Terms with { CollapseAbove = 0 };
        _storm.Drop(1).Single().Kind.ShouldBe(AdmissionKind.Later);
    }

    [Fact]
    public void A_destination_that_groups_by_itself_gets_each_one()
    {
        _storm.Terms = _storm.Terms with { Destination = new DestinationTerms { Collapse = false } };
        _storm.Drop(50).ShouldEachBe(admission => admission.Kind == AdmissionKind.Go);
    }

    [Fact]
    public void Flapping_and_steady_things_are_told_singly_in_any_storm_and_are_no_members()
    {
        _storm.Terms = _storm.Terms with { Destination = new DestinationTerms { RateLimit = new RateLimit(2, TimeSpan.FromSeconds(1)) } };
        _storm.Drop(5 + 3);
        for (var i = 0; i < 6; i++) _storm.Ask(_storm.Recovered($"r{i}"));
        _storm.State.Stored.Incidents.Select(incident => incident.OnlyReturns).ShouldBe([false, true], "both kinds take in what they can");
        var before = _storm.State;
        var waits = new List<TimeSpan>();
        foreach (var notificationEvent in new[] { NotificationEvent.DeviceFlapping, NotificationEvent.DeviceSteady })
        {
            for (var i = 0; i < 10; i++)
            {
                var burst = _storm.Recovered($"f{i}") with { Event = notificationEvent, OutageId = $"burst-of-f{i}", Drops = 6 };
                var admission = _storm.Ask(burst);
                admission.Kind.ShouldBe(AdmissionKind.Go);
                _storm.Last.Persist.ShouldBeFalse();
                waits.Add(admission.Wait);
            }
        }

        (_storm.State.Stored, _storm.State.Waiting).ShouldBe((before.Stored, before.Waiting));
        for (var i = 2; i < waits.Count; i++) (waits[i] - waits[i - 2]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1), "but within the rate");
        _storm.After(10).Tick();
        _storm.Publications.Select(told => told.Count).ShouldBe([3, 1]);
    }

    [Fact]
    public void Where_each_outage_has_an_alert_of_its_own_each_return_closes_its_own()
    {
        _storm.Terms = _storm.Terms with { Destination = new DestinationTerms { AlertPerOutage = true } };
        _storm.Told(3);
        var incident = _storm.Incident.Id;
        for (var i = 0; i < 50; i++) _storm.Ask(_storm.Recovered($"single{i}")).Kind.ShouldBe(AdmissionKind.Go);
        for (var i = 5; i < 8; i++) _storm.Ask(_storm.Recovered($"t{i}", incident)).Kind.ShouldBe(AdmissionKind.Later);
        _storm.After(10).Tick();
        (_storm.Publication.Event, _storm.Publication.IncidentId, _storm.Publication.Back)
            .ShouldBe((FleetEvent.FleetRecovered, incident, 3));
    }

    [Fact]
    public void The_incident_counts_those_that_were_not_told_singly_and_says_what_they_share()
    {
        _storm.Drop(5 + 25);
        _storm.After(10).Tick();
        var told = _storm.Publication;
        (told.Event, told.Count, told.Back, told.Growing, told.Number).ShouldBe((FleetEvent.FleetOutage, 25, 0, false, 1));
        (told.StartedAt, told.LastAt).ShouldBe((Storm.Start - Minutes(5), Storm.Start - Minutes(5)));
        told.Reasons.ShouldBe(new Dictionary<string, int> { ["CONNECTION_LOST"] = 25 });
        told.Attributes.ShouldBe(new Dictionary<string, int> { ["carrier=acme"] = 25 });
        told.Things.Count.ShouldBe(20);
        told.Key.ShouldBe($"{told.IncidentId}.fleet.outage");
        _storm.Last.Persist.ShouldBeTrue("before the first word goes out it is known who is in it");
    }

    [Fact]
    public void Members_are_told_once_it_is_accepted_and_asking_again_is_answered()
    {
        _storm.Drop(5 + 2);
        _storm.After(10).Tick();
        _storm.Ask(_storm.Offline("t5")).Kind.ShouldBe(AdmissionKind.Later, "its answer is awaited");
        var tell = _storm.Answered(DeliveryOutcome.Accepted).Effects.ShouldHaveSingleItem().ShouldBeOfType<IncidentEffect.Tell>();
        tell.Members.Select(member => member.ThingName).Order().ShouldBe(["t5", "t6"]);
        var again = _storm.Ask(_storm.Offline("t5"));
        (again.Kind, again.Answer!.Outcome, again.Answer.IncidentId)
            .ShouldBe((AdmissionKind.Answered, DeliveryOutcome.Accepted, _storm.Incident.Id));
    }

    [Fact]
    public void Updates_about_returns_are_five_minutes_apart_and_only_when_something_changed()
    {
        _storm.Told(3);
        var published = _storm.Now;
        _storm.NextLook.ShouldBeNull();
        _storm.After(20).Ask(_storm.Recovered("t5", _storm.Incident.Id)).Kind.ShouldBe(AdmissionKind.Later);
        _storm.NextLook.ShouldBe(published + Minutes(5));
        _storm.After(published + Minutes(5) - _storm.Now).Tick();
        (_storm.Publication.Number, _storm.Publication.Count, _storm.Publication.Back, _storm.Publication.Joined).ShouldBe((2, 3, 1, 0));
        _storm.Publication.Key.ShouldEndWith(".fleet.outage.2");
    }

    [Fact]
    public void One_that_drops_minutes_after_three_hundred_others_is_named_within_half_a_minute()
    {
        _storm.Told(300);
        _storm.After(Minutes(3)).Ask(_storm.Offline("lan-1")).Kind.ShouldBe(AdmissionKind.Later);
        var asked = _storm.Now;
        var due = _storm.NextLook.ShouldNotBeNull();
        (due - asked).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        _storm.After(due - asked).Tick();
        (_storm.Publication.Count, _storm.Publication.Joined, _storm.Publication.Things[0]).ShouldBe((301, 1, "lan-1"));
        _storm.Publication.Things.Count.ShouldBe(20);
    }

    [Fact]
    public void A_few_that_go_on_joining_are_named_newest_first_and_none_waits_for_the_next()
    {
        _storm.Told(300);
        _storm.After(60);
        var (named, waited) = (new List<string>(), new List<TimeSpan>());
        var joinedAt = new Dictionary<string, DateTimeOffset>();
        for (var second = 0; second < 120; second++)
        {
            if (second % 2 == 0 && second < 60)
            {
                _storm.Ask(_storm.Offline($"late{second}"));
                joinedAt[$"late{second}"] = _storm.Now;
            }

            if (_storm.NextLook <= _storm.Now)
            {
                var told = _storm.Tick().Effects.OfType<IncidentEffect.Publish>().Single().Notification;
                var fresh = told.Things.Take(told.Joined).ToList();
                fresh.Select(name => joinedAt[name]).ShouldBeInOrder(SortDirection.Descending);
                waited.AddRange(fresh.Select(name => _storm.Now - joinedAt[name]));
                named.AddRange(fresh);
                _storm.Answered(DeliveryOutcome.Accepted);
            }

            _storm.After(1);
        }

        named.Distinct().Count().ShouldBe(30);
        waited.Max().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void While_many_go_on_joining_updates_are_five_minutes_apart_and_the_last_number_follows_within_half_a_minute()
    {
        _storm.Told(300);
        var (last, number) = (_storm.Now, 0);
        for (var second = 0; second < 800; second++)
        {
            if (second < 700)
            {
                _storm.AskAll(Enumerable.Range(0, 10).Select(_ => _storm.Offline($"more{number++}")));
                last = _storm.Now;
            }

            if (_storm.NextLook <= _storm.Now)
            {
                _storm.Tick();
                if (_storm.Publication.Count == 300 + 7000) break;
                (_storm.Now - (_storm.Incident.PublishedAt ?? default)).ShouldBeGreaterThanOrEqualTo(Minutes(5));
                _storm.Answered(DeliveryOutcome.Accepted);
            }

            _storm.After(1);
        }

        _storm.Publication.Count.ShouldBe(300 + 7000);
        (_storm.Now - last).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_first_message_waits_for_calm_but_not_beyond_the_window()
    {
        _storm.Drop(6);
        for (var second = 0; second < 60 && _storm.NextLook > _storm.Now; second++) _storm.After(1).Ask(_storm.Offline($"next{second}"));
        _storm.Now.ShouldBe(Storm.Start + _storm.Terms.GroupWindow);
        _storm.Tick();
        _storm.Publication.Count.ShouldBe(1 + 30);
    }

    [Fact]
    public void Five_minutes_after_its_last_member_an_incident_takes_in_nobody()
    {
        _storm.Told(3);
        _storm.After(Minutes(6)).Ask(_storm.Offline("lone")).Kind.ShouldBe(AdmissionKind.Go);
    }

    [Fact]
    public void When_all_are_back_one_close_follows_at_once_and_singly_told_ones_return_singly()
    {
        _storm.Told(3);
        _storm.After(Minutes(1));
        for (var i = 0; i < 5; i++) _storm.Ask(_storm.Recovered($"t{i}")).Kind.ShouldBe(AdmissionKind.Go);
        for (var i = 5; i < 8; i++) _storm.Ask(_storm.Recovered($"t{i}", _storm.Incident.Id)).Kind.ShouldBe(AdmissionKind.Later);
        _storm.After(10).Tick();
        var closing = _storm.Publication;
        (closing.Event, closing.Count, closing.Back).ShouldBe((FleetEvent.FleetRecovered, 3, 3));
        closing.Key.ShouldBe($"{closing.IncidentId}.fleet.recovered");
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.After(Minutes(10)).Tick();
        _storm.Publications.ShouldBeEmpty();
    }

    [Fact]
    public void Those_that_are_back_do_not_wait_for_the_one_that_never_returns()
    {
        _storm.Told(3);
        var published = _storm.Now;
        _storm.After(30).Ask(_storm.Recovered("t5", _storm.Incident.Id));
        _storm.Ask(_storm.Recovered("t6", _storm.Incident.Id));
        _storm.NextLook.ShouldBe(published + Minutes(5));
        _storm.After(published + Minutes(5) - _storm.Now).Tick();
        (_storm.Publication.Event, _storm.Publication.Count, _storm.Publication.Back).ShouldBe((FleetEvent.FleetOutage, 3, 2));
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.Ask(_storm.Recovered("t5", _storm.Incident.Id)).Answer!.Outcome.ShouldBe(DeliveryOutcome.Accepted);
    }

    [Fact]
    public void An_outage_that_was_over_before_anybody_was_told_counts_as_back_once()
    {
        _storm.Drop(5 + 2);
        _storm.Ask(_storm.Offline("t5", back: _storm.Now));
        _storm.After(10).Tick();
        (_storm.Publication.Count, _storm.Publication.Back).ShouldBe((2, 1));
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.Ask(_storm.Recovered("t5", _storm.Incident.Id)).Answer!.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        _storm.Ask(_storm.Recovered("t6", _storm.Incident.Id));
        _storm.After(10).Tick();
        (_storm.Publication.Event, _storm.Publication.Count, _storm.Publication.Back).ShouldBe((FleetEvent.FleetRecovered, 2, 2));
    }

    [Fact]
    public void Returns_of_things_told_singly_collapse_into_one_recovery_of_its_own()
    {
        for (var i = 0; i < 12; i++) _storm.Ask(_storm.Recovered($"t{i}")).Kind.ShouldBe(i < 5 ? AdmissionKind.Go : AdmissionKind.Later);
        _storm.After(10).Tick();
        var told = _storm.Publication;
        (told.Event, told.Count, told.Back, told.OnlyReturns).ShouldBe((FleetEvent.FleetRecovered, 7, 7, true));
        _storm.Answered(DeliveryOutcome.Accepted);
        var published = _storm.Now;

        // More of them: another one, but not sooner than an update would be.
        _storm.After(5).Ask(_storm.Recovered("more")).Kind.ShouldBe(AdmissionKind.Later);
        _storm.NextLook.ShouldBe(published + Minutes(5));
        _storm.Incident.Id.ShouldNotBe(told.IncidentId);
    }

    [Fact]
    public void A_crash_after_the_opening_keeps_the_storm_known()
    {
        _storm.Drop(6);
        _storm.Last.Persist.ShouldBeTrue();
        _storm.Crash(_storm.Last.State.Stored).After(60);
        _storm.Ask(_storm.Offline("t5") with { DetectedAt = Storm.Start }).Kind.ShouldBe(AdmissionKind.Later);
        _storm.Ask(_storm.Offline("t7") with { DetectedAt = Storm.Start }).Kind.ShouldBe(AdmissionKind.Later);
        _storm.After(10).Tick();
        _storm.Publication.Count.ShouldBe(2);
    }

    [Fact]
    public void A_crash_before_the_answer_publishes_the_same_again_and_counts_nobody_twice()
    {
        _storm.Drop(5 + 3);
        _storm.After(10).Tick();
        var first = _storm.Publication;
        _storm.Crash(_storm.Last.State.Stored).After(60);
        _storm.Ask(_storm.Offline("t6")).Kind.ShouldBe(AdmissionKind.Later);
        _storm.Tick();
        (_storm.Publication.Key, _storm.Publication.Count).ShouldBe((first.Key, 3));
        _storm.Answered(DeliveryOutcome.Accepted).Effects.OfType<IncidentEffect.Tell>().Single().Members.Count.ShouldBe(1);
        foreach (var thing in new[] { "t5", "t7" }) _storm.Ask(_storm.Offline(thing)).Kind.ShouldBe(AdmissionKind.Answered);
        _storm.Incident.Count.ShouldBe(3);
    }

    [Fact]
    public void Failures_back_off_and_members_keep_asking()
    {
        _storm.Drop(5 + 3);
        _storm.After(10).Tick();
        TimeSpan[] least = [Minutes(0.8), Minutes(0.8), Minutes(0.8), Minutes(0.8), Minutes(0.8), Minutes(1.6), Minutes(3.2), Minutes(6.4),
            Minutes(12), Minutes(12)];
        foreach (var wait in least)
        {
            _storm.Answered(DeliveryOutcome.Failed);
            var next = _storm.NextLook!.Value - _storm.Now;
            next.ShouldBeInRange(wait, wait / 0.8);
            _storm.Ask(_storm.Offline("t5")).Kind.ShouldBe(AdmissionKind.Later);
            _storm.After(next).Tick();
            _storm.Publication.Number.ShouldBe(1);
        }
    }

    [Fact]
    public void A_destination_that_takes_nothing_gets_it_as_soon_as_it_answers_and_until_then_nothing_is_stored()
    {
        _storm.Drop(5 + 3);
        _storm.After(10).Tick();
        var nobody = DeliveryAnswer.Failed("HTTP 503") with { AskAgainIn = Minutes(10) };
        for (var trial = 0; trial < 20; trial++)
        {
            _storm.Do(new IncidentInput.Published(_storm.Incident.Id, 1, nobody)).Persist.ShouldBeFalse();
            _storm.NextLook.ShouldBe(_storm.Now + Minutes(10));
            _storm.After(15).Do(new IncidentInput.Tick(AnswersAgain: true));
            _storm.Publication.Number.ShouldBe(1);
        }

        _storm.Answered(DeliveryOutcome.Refused);
        _storm.After(15).Do(new IncidentInput.Tick(AnswersAgain: true)).Effects.ShouldBeEmpty();
    }

    [Fact]
    public void A_refusal_is_every_members_refusal_and_is_tried_hourly()
    {
        _storm.Drop(5 + 3);
        _storm.After(10).Tick();
        _storm.Answered(DeliveryOutcome.Refused);
        _storm.Ask(_storm.Offline("t5")).Answer!.Outcome.ShouldBe(DeliveryOutcome.Refused);
        _storm.NextLook.ShouldBe(_storm.Now + Minutes(60));
        for (var hours = 1; hours <= 26; hours++)
        {
            _storm.After(Minutes(60)).Tick();
            _storm.Publication.Number.ShouldBe(1);
            _storm.Answered(DeliveryOutcome.Refused);
        }

        _storm.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<IncidentEffect.WarnGivenUp>();
        _storm.State.Stored.Incidents.ShouldBeEmpty();
    }

    [Fact]
    public void A_reminder_of_members_is_one_update()
    {
        _storm.Told(4);
        var incident = _storm.Incident.Id;
        _storm.After(Minutes(60));
        for (var i = 5; i < 9; i++)
        {
            var reminder = _storm.Offline(
                $"t{i}") with { Event = NotificationEvent.DeviceStillOffline, Sequence = 1, IncidentId = incident };
            _storm.Ask(reminder).Kind.ShouldBe(AdmissionKind.Later);
        }

        _storm.After(10).Tick();
        (_storm.Publication.Event, _storm.Publication.Count, _storm.Publication.Number).ShouldBe((FleetEvent.FleetOutage, 4, 2));
        _storm.Answered(DeliveryOutcome.Accepted).Effects.OfType<IncidentEffect.Tell>().Single().Members.Count.ShouldBe(4);
    }

    [Fact]
    public void Whose_return_nobody_is_told_of_is_not_waited_for()
    {
        _storm.Drop(6);
        _storm.Ask(_storm.Offline("silent") with { ReturnIsTold = false });
        _storm.After(10).Tick();
        _storm.Publication.Count.ShouldBe(2);
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.Ask(_storm.Recovered("t5", _storm.Incident.Id));
        _storm.After(10).Tick();
        (_storm.Publication.Event, _storm.Publication.Back).ShouldBe((FleetEvent.FleetRecovered, 1));
    }

    [Fact]
    public void Never_more_than_the_rate_over_singles_and_publications()
    {
        _storm.Terms = _storm.Terms
            with { CollapseAbove = 20, Destination = new DestinationTerms { RateLimit = new RateLimit(2, TimeSpan.FromSeconds(1)) } };
        var turns = _storm.Drop(20).Select(admission => _storm.Now + admission.Wait).ToList();
        _storm.Ask(_storm.Offline("one-more"));
        _storm.After(10).Tick();
        turns.Add(_storm.Now + _storm.Last.Effects.OfType<IncidentEffect.Publish>().Single().Wait);
        for (var i = 2; i < turns.Count; i++) (turns[i] - turns[i - 2]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_state_is_small_again_when_all_are_back_and_must_have_heard()
    {
        _storm.Told(1000);
        for (var i = 5; i < 1005; i++) _storm.Ask(_storm.Recovered($"t{i}", _storm.Incident.Id));
        _storm.After(10).Tick();
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.After(Minutes(125)).Drop(2, "next");
        _storm.Last.Persist.ShouldBeTrue();
        _storm.State.Stored.Incidents.ShouldBeEmpty();
    }

    [Fact]
    public void An_incident_whose_last_thing_never_returns_is_forgotten_after_a_week()
    {
        _storm.Told(2);
        var incident = _storm.Incident.Id;
        _storm.After(TimeSpan.FromDays(8)).Drop(2, "next");
        _storm.State.Stored.Incidents.ShouldBeEmpty();
        _storm.Ask(_storm.Recovered("t5", incident)).Kind.ShouldBe(AdmissionKind.Go, "its return is told like any other");
    }

    [Fact]
    public void Closed_incidents_take_no_room_from_one_that_is_open()
    {
        _storm.Terms = _storm.Terms with { CollapseAbove = 0 };
        _storm.Drop(1, "away");
        _storm.After(10).Tick();
        _storm.Answered(DeliveryOutcome.Accepted);
        var open = _storm.Incident.Id;
        for (var i = 0; i < 20; i++)
        {
            _storm.After(Minutes(5.1)).Drop(1, $"short{i}-");
            _storm.After(10).Tick();
            _storm.Answered(DeliveryOutcome.Accepted);
            _storm.Ask(_storm.Recovered($"short{i}-0", _storm.Incident.Id));
            _storm.After(10).Tick();
            _storm.Answered(DeliveryOutcome.Accepted);
        }

        _storm.State.Find(open).ShouldNotBeNull();
    }

    [Fact]
    public void However_many_there_are_one_publication_counts_them_and_the_state_stays_small()
    {
        const int members = 100_500;
        var pages = new List<PageWrite>();
        _storm.AskAll(Enumerable.Range(0, 5).Select(i => _storm.Offline($"single{i}")));
        for (var i = 0; i < members; i += 500)
        {
            var from = i;
            _storm.AskAll(Enumerable.Range(0, 500).Select(j => _storm.Offline($"t{from + j}")));
            _storm.Last.Pages.Count.ShouldBeLessThanOrEqualTo(1, "no call waits for more than one page");
            pages.AddRange(_storm.Last.Pages);
        }

        _storm.After(10).Tick();
        (_storm.Publication.Count, _storm.Publication.Growing).ShouldBe((members, false));
        _storm.Pages.Count.ShouldBe(11);
        Bytes(_storm.Last.State.Stored).ShouldBeLessThan(10_000);
        pages.Max(page => Bytes(page.Page)).ShouldBeLessThan(120_000, "an item of DynamoDB holds 400 KB");
        _storm.Crash(_storm.Last.State.Stored).After(60).Tick();
        _storm.Answered(DeliveryOutcome.Accepted);
        foreach (var i in new[] { 0, 50_000, members - 1 }) _storm.Ask(_storm.Offline($"t{i}")).Kind.ShouldBe(AdmissionKind.Answered);
        _storm.Ask(_storm.Offline($"t{members}")).Kind.ShouldBe(AdmissionKind.Later);

        static int Bytes<T>(T stored) =>
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(stored, Grains.State.DeviceStateJson.Options).Length;
    }

    [Fact]
    public void Pages_are_deleted_when_their_members_must_have_heard_and_those_that_a_crash_left_behind_as_well()
    {
        _storm.Terms = _storm.Terms with { PageSize = 10, MostInState = 4 };
        _storm.Drop(5 + 15);
        _storm.State.Stored.LoosePages.ShouldHaveSingleItem("it is known before it is written");
        var orphan = _storm.Pages.Ids.Single();
        _storm.Crash(_storm.State.Stored).Drop(5 + 15);
        _storm.After(10).Tick();
        _storm.Publication.Count.ShouldBe(15);
        _storm.Last.Effects.OfType<IncidentEffect.DeletePages>().ShouldHaveSingleItem().Id.ShouldBe(orphan);
        _storm.Answered(DeliveryOutcome.Accepted);
        _storm.Last.Effects.OfType<IncidentEffect.DeletePages>().ShouldBeEmpty("somebody does it already");
        _storm.Do(new IncidentInput.PagesDeleted(orphan));
        var named = _storm.Incident.Batches.ShouldHaveSingleItem().Pages;
        _storm.After(Minutes(125)).Drop(2, "next");
        _storm.Last.Effects.OfType<IncidentEffect.DeletePages>().ShouldHaveSingleItem().Id.ShouldBe(named);
    }

    [Fact]
    public void Who_asks_again_with_what_was_read_a_while_ago_is_answered_if_it_is_known_and_looks_first_if_not()
    {
        _storm.Drop(5 + 2);
        Stale("t5").Kind.ShouldBe(AdmissionKind.Later);
        Stale("stranger").Kind.ShouldBe(AdmissionKind.LookFirst);
        _storm.After(10).Tick();
        _storm.Publication.Count.ShouldBe(2);
        Stale("t5").Kind.ShouldBe(AdmissionKind.Later);
        _storm.Answered(DeliveryOutcome.Accepted);
        Stale("t5").Kind.ShouldBe(AdmissionKind.Answered);

        Admission Stale(string thing) =>
            _storm.Do(new IncidentInput.Asked(Member.Of(_storm.Offline(thing), _storm.Terms.Destination, stale: true))).Admissions[0];
    }

    [Fact]
    public void A_member_that_is_forgotten_leaves_and_the_incident_ends_with_the_others()
    {
        _storm.Told(3);
        var incident = _storm.Incident.Id;
        _storm.After(60);
        for (var i = 5; i < 7; i++) _storm.Ask(_storm.Recovered($"t{i}", incident));
        _storm.After(Minutes(5)).Tick();
        _storm.Publication.Back.ShouldBe(2);
        _storm.Answered(DeliveryOutcome.Accepted);

        _storm.Ask(Removed("t7", incident)).Kind.ShouldBe(AdmissionKind.Go, "whoever was told of it is told that");
        _storm.Last.Persist.ShouldBeTrue("nobody asks again once people have been told");
        _storm.Crash(_storm.Last.State.Stored).After(60);
        _storm.Ask(Removed("t7", incident)).Kind.ShouldBe(AdmissionKind.Go);
        _storm.Incident.Gone.ShouldBe(1, "it leaves once, however often it says so");
        _storm.NextLook.ShouldBe(_storm.Now);
        _storm.Tick();
        (_storm.Publication.Event, _storm.Publication.Count, _storm.Publication.Back, _storm.Publication.Removed)
            .ShouldBe((FleetEvent.FleetRecovered, 3, 2, 1));
    }

    [Fact]
    public void An_incident_all_of_whose_members_are_forgotten_ends()
    {
        _storm.Told(2);
        var incident = _storm.Incident.Id;
        _storm.Ask(Removed("t5", incident));
        _storm.Ask(Removed("t6", incident));
        _storm.Tick();
        (_storm.Publication.Event, _storm.Publication.Back).ShouldBe((FleetEvent.FleetRecovered, 0));
    }

    [Fact]
    public void One_that_is_forgotten_before_anybody_was_told_is_not_told()
    {
        _storm.Drop(5 + 3);
        _storm.Ask(Removed("t6")).Answer!.Outcome.ShouldBe(DeliveryOutcome.Accepted);
        _storm.After(10).Tick();
        _storm.Publication.Count.ShouldBe(2);
        _storm.Publication.Things.ShouldBe(["t5", "t7"]);
        _storm.Publication.Reasons["CONNECTION_LOST"].ShouldBe(2);
        _storm.Ask(Removed("t7")).Kind.ShouldBe(AdmissionKind.Later, "people are being told of it at this moment");
    }

    private Notification Removed(string thing, string? incident = null) =>
        _storm.Offline(thing) with { Event = NotificationEvent.DeviceRemoved, IncidentId = incident };
}
