using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training.Modules;

/// <summary>Whatever module is brought comes back as it was, learnt.</summary>
[Collection(TorchGenerator.Name)]
public sealed class ModuleTableTests : TemporaryFolder
{
    public ModuleTableTests() => Assert.True(Compute.HasTensors);

    public static TheoryData<string> Kinds { get; } = [.. ModuleTable.All.Select(one => one.Name)];

    [Fact]
    public void The_table_has_a_hundred_kinds() =>
        Assert.True(ModuleTable.All.DistinctBy(one => one.Name).Count() >= 100, $"{ModuleTable.All.Count}");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_module_learns_keeps_its_layout_resumes_with_the_same_bits_and_is_saved_and_loaded(string name)
    {
        ModuleCase one = ModuleTable.All.First(other => other.Name == name);
        using DisposeScope scope = NewDisposeScope();
        nn.Module module = Trainer.Create(one.Make, 3);
        IReadOnlyDictionary<string, string> layout = StateOf.Layout(module);
        bool isSavedByTorch = IsSavedByTorch(module);
        double before = one.Evaluate(module);
        TrainingResult result = one.Train(module);
        Assert.Equal(layout, StateOf.Layout(module));
        double after = one.Evaluate(module);
        Assert.True(after < before, $"{before} {after}");
        IReadOnlyDictionary<string, string> bits = StateOf.Bits(module);

        // Another one is stopped half way, and a third one goes on from its checkpoint.
        var checkpoint = new CheckpointOptions(In("c.safetensors")) { EverySteps = 1, Resume = true };
        using var stop = new CancellationTokenSource();
        var watch = new Stopper(result.History.Count / 2, stop);
        Assert.ThrowsAny<OperationCanceledException>(
            () => one.Train(Trainer.Create(one.Make, 3), checkpoint, watch, stop.Token));
        nn.Module resumed = Trainer.Create(one.Make, 77);
        one.Train(resumed, checkpoint);
        Assert.Equal(bits, StateOf.Bits(resumed));
        foreach (string file in new[] { "w.safetensors", "w.dat" })
        {
            ModuleFile.Save(module, In(file));
            nn.Module loaded = Trainer.Create(one.Make, 78);
            Assert.True(ModuleFile.Load(loaded, In(file)).IsComplete);
            Assert.Equal(after, one.Evaluate(loaded));
        }

        // TorchSharp saves no parameter with gaps or in another order; what it saved before, it saves after.
        Assert.Equal(isSavedByTorch, IsSavedByTorch(module));
        if (!isSavedByTorch)
        {
            return;
        }

        module.save(In("plain.dat"));
        nn.Module plain = Trainer.Create(one.Make, 79);
        plain.load(In("plain.dat"));
        Assert.Equal(after, one.Evaluate(plain));
    }

    private static bool IsSavedByTorch(nn.Module module)
    {
        try
        {
            module.save(Stream.Null);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private sealed class Stopper(int after, CancellationTokenSource source) : IProgress<TrainingEpoch>
    {
        public void Report(TrainingEpoch value)
        {
            if (value.Epoch == after)
            {
                source.Cancel();
            }
        }
    }
}
