using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using IoTOrleans.Events.Watermarks;
using NSubstitute;

namespace IoTOrleans.Events.Tests.Sqs;

/// <summary>
/// A standard queue in memory, on the clock of the test: visibility, receive counts, long polls, a dead-letter queue. What AWS does
/// wrong now and then can be made to happen.
/// </summary>
internal sealed class FakeQueue(TimeProvider time)
{
    private readonly Lock _sync = new();
    private readonly List<Stored> _messages = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextId;

    public const string Url = "https://sqs.eu-west-1.amazonaws.com/123456789012/presence";

    public const string ErrorUrl = Url + "-errors";

    /// <summary>Null: no redrive policy.</summary>
    public int? MaxReceiveCount { get; set; } = 20;

    /// <summary>
    /// Thrown by the calls of this name (<c>Receive</c>, <c>Delete</c>, <c>ChangeVisibility</c>, <c>Attributes</c>) instead of an answer.
    /// </summary>
    public Dictionary<string, Exception> Faults { get; } = [];

    /// <summary>Calls of this name wait for it to end, or for their token.</summary>
    public Dictionary<string, TaskCompletionSource> Hangs { get; } = [];

    /// <summary>Something on the way cuts a poll that has waited for so long without a message.</summary>
    public TimeSpan? CutsAfter { get; set; }

    /// <summary>Names the error of a delete entry; null: it is deleted.</summary>
    public Func<string, BatchResultErrorEntry?> DeleteError { get; set; } = _ => null;

    /// <summary>Delete answers that leave out an entry altogether.</summary>
    public Func<string, bool> DeleteForgets { get; set; } = _ => false;

    public List<string> Deleted { get; } = [];

    public List<string> Dead { get; } = [];

    /// <summary>Every receive: how many were asked for, and how many came.</summary>
    public List<(int Max, int Came)> Receives { get; } = [];

    public List<int> DeleteBatches { get; } = [];

    /// <summary>Every change of visibility that was accepted: the body and the seconds.</summary>
    public List<(string Body, int Seconds)> Changes { get; } = [];

    public int Waiting => Locked(() => _messages.Count);

    public int Visible => Locked(() => _messages.Count(message => message.VisibleAt <= time.GetUtcNow()));

    /// <summary>What has not been deleted.</summary>
    public IReadOnlyList<(string Body, DateTimeOffset SentAt, int ReceiveCount)> All =>
        Locked(() => _messages.Select(message => (message.Body, message.SentAt, message.ReceiveCount)).ToList());

    public int ReceiveCountOf(string body) => Locked(() => _messages.Single(message => message.Body == body).ReceiveCount);

    /// <summary>How often what is sent has been received by others.</summary>
    public int ReceivedBefore { get; set; }

    public void Send(params ReadOnlySpan<string> bodies)
    {
        lock (_sync)
        {
            foreach (var body in bodies)
                _messages.Add(new Stored(_nextId++, body, time.GetUtcNow()) { VisibleAt = time.GetUtcNow(), ReceiveCount = ReceivedBefore });
        }

        Signal();
    }

    /// <summary>What somebody else would see who looked now.</summary>
    public IReadOnlyList<string> VisibleBodies =>
        Locked(() => _messages.Where(message => message.VisibleAt <= time.GetUtcNow()).Select(message => message.Body).ToList());

    public T Locked<T>(Func<T> read)
    {
        lock (_sync) return read();
    }

    public IAmazonSQS AsSqs()
    {
        var sqs = Substitute.For<IAmazonSQS>();
        sqs.ReceiveMessageAsync(Arg.Any<ReceiveMessageRequest>(), Arg.Any<CancellationToken>())
            .Returns(call => Receive(call.Arg<ReceiveMessageRequest>(), call.Arg<CancellationToken>()));
        sqs.DeleteMessageBatchAsync(Arg.Any<DeleteMessageBatchRequest>(), Arg.Any<CancellationToken>())
            .Returns(call => Delete(call.Arg<DeleteMessageBatchRequest>()));
        sqs.ChangeMessageVisibilityBatchAsync(Arg.Any<ChangeMessageVisibilityBatchRequest>(), Arg.Any<CancellationToken>())
            .Returns(call => ChangeVisibility(call.Arg<ChangeMessageVisibilityBatchRequest>()));
        sqs.GetQueueAttributesAsync(Arg.Any<string>(), Arg.Any<List<string>>(), Arg.Any<CancellationToken>())
            .Returns(call => Attributes(call.Arg<CancellationToken>()));
        return sqs;
    }

    /// <summary>As AWS words it.</summary>
    public static AmazonSQSException Error(string code, HttpStatusCode status) =>
        new($"AWS says {code}.", ErrorType.Sender, code, "request-1", status);

    private async Task<ReceiveMessageResponse> Receive(ReceiveMessageRequest request, CancellationToken cancellationToken)
    {
        var response = await Poll(request, cancellationToken);
        if (Hangs.TryGetValue("Receive", out var answer)) await answer.Task.WaitAsync(cancellationToken);
        return response;
    }

    private async Task<ReceiveMessageResponse> Poll(ReceiveMessageRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var until = began.AddSeconds(request.WaitTimeSeconds ?? 0);
        var cut = began + CutsAfter;
        while (true)
        {
            ThrowIfFaulty("Receive");
            if (time.GetUtcNow() >= cut && cut < until) throw new HttpRequestException(HttpRequestError.ResponseEnded);
            Task arrival;
            TimeSpan wait;
            lock (_sync)
            {
                var now = time.GetUtcNow();
                var batch = Take(request.MaxNumberOfMessages ?? 1, now, request.VisibilityTimeout ?? 30);
                if (batch.Count > 0 || now >= until)
                {
                    Receives.Add((request.MaxNumberOfMessages ?? 1, batch.Count));
                    return new ReceiveMessageResponse { Messages = batch.Count is 0 ? null : batch };
                }

                arrival = _changed.Task;
                var visible = _messages.Where(message => message.VisibleAt > now).Select(message => message.VisibleAt);
                wait = visible.Append(until).Append(cut ?? until).Min() - now;
            }

            await Task.WhenAny(arrival, Task.Delay(wait, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private List<Message> Take(int max, DateTimeOffset now, int visibilityTimeout)
    {
        foreach (var exhausted in _messages.Where(message => message.VisibleAt <= now && message.ReceiveCount >= MaxReceiveCount).ToList())
        {
            _messages.Remove(exhausted);
            Dead.Add(exhausted.Body);
        }

        return [.. _messages.Where(message => message.VisibleAt <= now).Take(Math.Min(max, 10)).Select(message =>
        {
            message.ReceiveCount++;
            message.VisibleAt = now.AddSeconds(visibilityTimeout);
            message.Receipt = $"{message.Id}/{message.ReceiveCount}";
            return new Message
            {
                MessageId = message.Id.ToString(CultureInfo.InvariantCulture),
                ReceiptHandle = message.Receipt,
                Body = message.Body,
                Attributes = new()
                {
                    ["SentTimestamp"] = message.SentAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                    ["ApproximateReceiveCount"] = message.ReceiveCount.ToString(CultureInfo.InvariantCulture),
                },
            };
        })];
    }

    private DeleteMessageBatchResponse Delete(DeleteMessageBatchRequest request)
    {
        ThrowIfFaulty("Delete");
        var response = new DeleteMessageBatchResponse { Successful = [], Failed = [] };
        lock (_sync)
        {
            DeleteBatches.Add(request.Entries.Count);
            foreach (var entry in request.Entries)
            {
                var message = _messages.FirstOrDefault(message => message.Receipt == entry.ReceiptHandle);
                var body = message?.Body ?? "";
                if (DeleteForgets(body)) continue;
                if (DeleteError(body) is { } error)
                {
                    error.Id = entry.Id;
                    response.Failed.Add(error);
                    continue;
                }

                // AWS answers success for an old receipt, and deletes nothing.
                if (message is not null && _messages.Remove(message)) Deleted.Add(body);
                response.Successful.Add(new DeleteMessageBatchResultEntry { Id = entry.Id });
            }
        }

        return response;
    }

    private ChangeMessageVisibilityBatchResponse ChangeVisibility(ChangeMessageVisibilityBatchRequest request)
    {
        ThrowIfFaulty("ChangeVisibility");
        var response = new ChangeMessageVisibilityBatchResponse { Successful = [], Failed = [] };
        lock (_sync)
        {
            foreach (var entry in request.Entries)
            {
                var message = _messages.FirstOrDefault(message => message.Receipt == entry.ReceiptHandle);
                if (message is null || message.VisibleAt <= time.GetUtcNow())
                {
                    response.Failed.Add(new BatchResultErrorEntry { Id = entry.Id, Code = "MessageNotInflight", SenderFault = true });
                    continue;
                }

                message.VisibleAt = time.GetUtcNow().AddSeconds(entry.VisibilityTimeout ?? 0);
                Changes.Add((message.Body, entry.VisibilityTimeout ?? 0));
                response.Successful.Add(new ChangeMessageVisibilityBatchResultEntry { Id = entry.Id });
            }
        }

        Signal();
        return response;
    }

    private async Task<GetQueueAttributesResponse> Attributes(CancellationToken cancellationToken)
    {
        if (Hangs.TryGetValue("Attributes", out var hanging)) await hanging.Task.WaitAsync(cancellationToken);
        ThrowIfFaulty("Attributes");
        return new GetQueueAttributesResponse
        {
            Attributes = MaxReceiveCount is { } max
                ? new()
                {
                    ["RedrivePolicy"] =
                        $$"""{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead","maxReceiveCount":{{max}}}""",
                }
                : null,
        };
    }

    private void ThrowIfFaulty(string call)
    {
        lock (_sync)
        {
            if (Faults.TryGetValue(call, out var fault)) throw fault;
        }
    }

    private void Signal()
    {
        lock (_sync)
        {
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class Stored(int id, string body, DateTimeOffset sentAt)
    {
        public int Id => id;

        public string Body => body;

        public DateTimeOffset SentAt => sentAt;

        public DateTimeOffset VisibleAt { get; set; }

        public int ReceiveCount { get; set; }

        public string Receipt { get; set; } = "";
    }
}
