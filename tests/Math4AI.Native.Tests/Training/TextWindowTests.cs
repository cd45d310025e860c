using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class TextWindowTests
{
    public TextWindowTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData(1000, 16)]
    [InlineData(97, 32)]
    [InlineData(33, 10)]
    public void A_pass_predicts_every_symbol_at_most_once_and_passes_are_cut_in_other_places(int length, int context)
    {
        var windows = TextWindows.ToTrain([.. Enumerable.Range(0, length).Select(i => (long)i)], context);
        var begins = new HashSet<long>();
        for (int epoch = 0; epoch < 20; epoch++)
        {
            windows.BeginEpoch(epoch, seed: 3);
            long[] targets = Targets(windows);
            Assert.Equal(Enumerable.Range((int)targets[0], targets.Length).Select(i => (long)i), targets);
            Assert.True(targets.Length > length - 1 - 2 * context);
            begins.Add(targets[0]);
        }

        Assert.InRange(begins.Count, 5, context);
    }

    [Theory]
    [InlineData(1000, 16)]
    [InlineData(100, 7)]
    public void What_is_scored_is_each_symbol_once_from_half_a_window_or_more(int length, int context)
    {
        var windows = TextWindows.ToScore([.. Enumerable.Range(0, length).Select(i => (long)i)], context);
        long[] scored = [.. Targets(windows).Where(target => target >= 0)];
        int first = context - (context + 1) / 2 + 1;
        Assert.Equal(Enumerable.Range(first, scored.Length).Select(i => (long)i), scored);
        Assert.True(first + scored.Length + context > length);
    }

    [Fact]
    public void A_text_that_is_hardly_longer_than_a_window_has_one_at_every_place()
    {
        var windows = TextWindows.ToTrain([1, 2, 3, 4, 5, 6], 4);
        Assert.Equal(2, windows.Count);
        Assert.Equal([2, 3, 4, 5, 3, 4, 5, 6], Targets(windows));
        Assert.Equal(0, TextWindows.ToTrain([1, 2, 3, 4], 4).Count);
        Assert.Equal(0, TextWindows.ToScore([1, 2, 3, 4], 4).Count);
    }

    private static long[] Targets(TextWindows windows)
    {
        using DisposeScope scope = NewDisposeScope();
        Batch batch = windows.Take([.. Enumerable.Range(0, windows.Count).Select(i => (long)i)]);
        return [.. batch.Targets.data<long>()];
    }
}
