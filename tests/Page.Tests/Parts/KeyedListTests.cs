using CsCheck;
using IoTOrleans.Page.Tests.Browser;
using IoTOrleans.Page.Tests.Fleets;

namespace IoTOrleans.Page.Tests.Parts;

/// <summary>The list helper by itself, in the browser, as the module that the page loads.</summary>
public sealed class KeyedListTests(TheBrowser browser, HomeFleet fleet) : IClassFixture<HomeFleet>
{
    /// <summary>A list of rows that say which node they are. Its section is what the pointer can be over.</summary>
    private const string Rig = """
        async () => {
          const { keyedList } = await import("/page/js/list.js");
          let list, parent, section, made = 0, waiting = 0, updates = 0;
          const create = () => {
            const row = document.createElement("div");
            const [text, button] = [document.createElement("span"), document.createElement("button")];
            button.textContent = "go";
            row.append(text, button);
            row.dataset.node = made++;
            return row;
          };
          const update = (row, item) => {
            updates++;
            row.dataset.key = item.key;
            if (row.firstChild.textContent !== item.value) row.firstChild.textContent = item.value;
          };
          window.rig = {
            begin() {
              [section, parent] = [document.createElement("section"), document.createElement("div")];
              section.style.setProperty("height", "400px");
              section.append(parent);
              document.body.replaceChildren(section);
              [made, waiting, updates] = [0, 0, 0];
            },
            render(items) { list = keyedList(parent, items, item => item.key, create, update, n => { waiting = n; }); },
            show() { list.show(); },
            focus(key) { parent.querySelector(`[data-key=${key}] button`).focus(); },
            focused: () => document.activeElement?.parentElement?.dataset.key ?? null,
            select(key) { getSelection().selectAllChildren(parent.querySelector(`[data-key=${key}] span`)); },
            selected: () => getSelection().toString(),
            updates: () => updates,
            state: () => ({
              waiting,
              rows: [...parent.children].map(row => ({
                key: row.dataset.key, node: Number(row.dataset.node), value: row.firstChild.textContent, gone: "gone" in row.dataset,
              })),
            }),
          };
        }
        """;

    [Fact]
    public Task Rows_keep_their_node_and_only_what_differs_is_touched() => With(async page =>
    {
        await Render(page, "abc");
        await Render(page, "cab");
        (await Keys(page)).ShouldBe("cab");
        (await State(page)).Rows.Select(row => (row.Key, row.Node)).ShouldBe([("c", 2), ("a", 0), ("b", 1)]);

        // The same objects again: no row is written.
        await page.EvaluateAsync("() => { window.items = [{ key: 'a', value: '1' }, { key: 'b', value: '2' }]; rig.render(items); }");
        var updates = await page.EvaluateAsync<int>("rig.updates()");
        await page.EvaluateAsync("() => rig.render([...items])");
        (await page.EvaluateAsync<int>("rig.updates()")).ShouldBe(updates);
    });

    [Fact]
    public Task Whoever_has_the_focus_keeps_it_and_hands_it_to_the_next_row_when_it_goes() => With(async page =>
    {
        await Render(page, "abcd");
        await page.EvaluateAsync("rig.focus('b')");
        await Render(page, "dcab");
        (await Keys(page)).ShouldBe("abcd", "nothing moves while somebody is in the list");
        await page.EvaluateAsync("rig.show()");
        (await Keys(page)).ShouldBe("dcab");
        (await page.EvaluateAsync<string?>("rig.focused()")).ShouldBe("b");

        await Render(page, "dca");
        await page.EvaluateAsync("rig.show()");
        (await Keys(page)).ShouldBe("dca");
        (await page.EvaluateAsync<string?>("rig.focused()")).ShouldBe("a");
    });

    [Fact]
    public Task What_is_selected_stays_selected_while_rows_move() => With(async page =>
    {
        await Render(page, "abcd");
        await page.EvaluateAsync("rig.select('b')");
        foreach (var keys in new[] { "bacd", "dcba", "xbz" })
        {
            await Render(page, keys);
            (await Keys(page)).ShouldBe(keys);
            (await page.EvaluateAsync<string>("rig.selected()")).ShouldStartWith("b");
        }
    });

    [Fact]
    public Task Under_the_pointer_nothing_jumps_new_rows_wait_and_lost_ones_stay() => With(async page =>
    {
        await Render(page, "abc");
        await Point(page, over: true);
        await Render(page, "xcay");
        var held = await State(page);
        held.Rows.Select(row => (row.Key, row.Gone)).ShouldBe([("a", false), ("b", true), ("c", false)]);
        held.Waiting.ShouldBe(2);
        await Point(page, over: false);
        (await Keys(page)).ShouldBe("xcay");
        (await State(page)).Waiting.ShouldBe(0);
    });

    /// <summary>Any lists in any order, with the pointer coming and going, against the plainest description of the same.</summary>
    [Fact]
    public Task Any_sequence_ends_where_a_plain_description_ends() => With(async page =>
    {
        var keys = Gen.Shuffle("abcdefgh".ToCharArray(), 0, 8);
        await Gen.Select(keys, Gen.Int[0, 4]).Array[1, 12].SampleAsync(
            async steps =>
            {
                await Point(page, over: false);
                await page.EvaluateAsync("rig.begin()");
                var expected = new DescribedList();
                var turn = 0;
                foreach (var (list, pointer) in steps)
                {
                    var items = list.Select(key => (Key: key.ToString(), Value: $"{key}{turn}")).ToArray();
                    turn++;
                    if (pointer is 1 or 2)
                    {
                        await Point(page, over: pointer == 1);
                        expected.Pointer(pointer == 1);
                    }

                    await Render(page, items);
                    expected.Render(items);
                    var shown = await State(page);
                    shown.Rows.ShouldBe(expected.Rows);
                    shown.Waiting.ShouldBe(expected.Waiting);
                }
            },
            iter: 150, threads: 1);
    });

    private Task With(Func<IPage, Task> then) => FleetPage.Visit(
        browser, fleet.Silo,
        async page =>
        {
            await page.Page.EvaluateAsync(Rig);
            await page.Page.EvaluateAsync("rig.begin()");
            await then(page.Page);

            // The browser looks for an icon where a document names none, as this one, which is only a module.
            page.ForgiveAnswer(404);
        },
        "page/js/list.js", live: false);

    /// <summary>The real pointer: over the list's section, or below it.</summary>
    private static Task Point(IPage page, bool over) => page.Mouse.MoveAsync(over ? 50 : 60, over ? 300 : 800);

    private static Task Render(IPage page, string keys) => Render(page, [.. keys.Select(key => (key.ToString(), key.ToString()))]);

    private static async Task Render(IPage page, (string Key, string Value)[] items) =>
        await page.EvaluateAsync("items => rig.render(items)", items.Select(item => new { key = item.Key, value = item.Value }).ToArray());

    private static async Task<string> Keys(IPage page) => string.Concat((await State(page)).Rows.Select(row => row.Key));

    private static async Task<(int Waiting, IReadOnlyList<ListRow> Rows)> State(IPage page)
    {
        var state = (await page.EvaluateAsync("rig.state()"))!.Value;
        return (state.GetProperty("waiting").GetInt32(), [.. state.GetProperty("rows").EnumerateArray().Select(row => new ListRow(
            row.GetProperty("key").GetString()!, row.GetProperty("node").GetInt32(), row.GetProperty("value").GetString()!,
            row.GetProperty("gone").GetBoolean()))]);
    }
}
