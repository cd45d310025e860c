using Math4AI.Training;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Samples;
using TorchSharp;
using TorchSharp.Modules;
using static Math4AI.Tests.Training.Modules.ModuleParts;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Tests.Training.Modules;

/// <summary>
/// A table of the kinds of modules that users bring: every kind of layer, odd parameters and buffers, other types,
/// several inputs and outputs, and every way to train them.
/// </summary>
internal static class ModuleTable
{
    public static IReadOnlyList<ModuleCase> All { get; } =
    [
        .. LayerTable.All, .. Odd(), .. Types(), .. Several(), .. Optimizers(),
    ];

    private static IEnumerable<ModuleCase> Odd()
    {
        yield return Rows("tied weights", () =>
        {
            (Linear a, Linear b) = (Linear(6, 6), Linear(6, 6));
            b.weight = a.weight;
            return Wide(
                (m, x) => m.Of<Linear>("l").forward(m.Of<Linear>("b").forward(m.Of<Linear>("a").forward(x).tanh())),
                ("a", a), ("b", b), ("l", Linear(6, 2)));
        });
        yield return Rows("a frozen layer", () =>
        {
            var first = Linear(6, 8);
            foreach (Parameter parameter in first.parameters())
            {
                parameter.requires_grad = false;
            }

            return Sequential(first, Tanh(), Linear(8, 2));
        });
        yield return Rows("an unused layer", () =>
            Wide((m, x) => m.Of<Linear>("a").forward(x), ("a", Linear(6, 2)), ("unused", Linear(3, 3))));
        yield return Rows(
            "a layer used twice",
            () => Wide((m, x) => m.Of<Linear>("l").forward(m.Of<Linear>("a")
                .forward(m.Of<Linear>("a").forward(x).tanh())), ("a", Linear(6, 6)), ("l", Linear(6, 2))));
        yield return Rows(
            "a scalar parameter",
            () => Wide((m, x) => m.Of<Linear>("a").forward(x) * m.Of("s"), ("a", Linear(6, 2)),
                ("s", new Parameter(tensor(1.0f)))));
        yield return Rows(
            "an empty parameter",
            () => Wide((m, x) => m.Of<Linear>("a").forward(x) + m.Of("e").sum(), ("a", Linear(6, 2)),
                ("e", new Parameter(zeros(0, 3)))));
        yield return Rows(
            "a parameter that is a slice",
            () => Wide((m, x) => m.Of<Linear>("a").forward(x * m.Of("s")), ("a", Linear(6, 2)),
                ("s", new Parameter(ones(6, 3).select(1, 1)))));
        yield return Rows(
            "a parameter of five dimensions",
            () => Wide((m, x) => m.Of<Linear>("a").forward(x + m.Of("p").view(1, 6)), ("a", Linear(6, 2)),
                ("p", new Parameter(zeros([1, 2, 1, 3, 1])))));
        yield return Rows("a counter of int64 that forward uses", () => Wide(
            (m, x) =>
            {
                Tensor count = m.Of("c");
                if (m.training)
                {
                    count.add_(1);
                }

                return m.Of<Linear>("a").forward(x) * (1.0 + count.to_type(ScalarType.Float32) * 1e-3);
            },
            ("a", Linear(6, 2)), ("c", zeros(1, dtype: ScalarType.Int64))));
        yield return Rows("a running mean of float64", () => Wide(
            (m, x) =>
            {
                Tensor mean = m.Of("m");
                if (m.training)
                {
                    using (no_grad())
                    {
                        mean.mul_(0.9).add_(0.1 * x.mean([0]).to_type(ScalarType.Float64));
                    }
                }

                return m.Of<Linear>("a").forward(x - mean.to_type(ScalarType.Float32));
            },
            ("a", Linear(6, 2)), ("m", zeros(6, dtype: ScalarType.Float64))));
        foreach (ScalarType type in new[] { ScalarType.Bool, ScalarType.Int32, ScalarType.Byte, ScalarType.Float16,
            ScalarType.BFloat16, ScalarType.ComplexFloat32 })
        {
            yield return Rows($"a buffer of {type}", () => Wide(
                (m, x) => m.Of<Linear>("a").forward(x) * (m.Of("b").numel() / 3.0), ("a", Linear(6, 2)),
                ("b", ones(3).to_type(type))));
        }
    }

    private static IEnumerable<ModuleCase> Types()
    {
        foreach (ScalarType type in new[] { ScalarType.Float64, ScalarType.BFloat16, ScalarType.Float16 })
        {
            yield return Of($"{type}", () => Sequential(Linear(6, 8), Tanh(), Linear(8, 2)).to(type),
                () => randn(N, 6).to_type(type));
            yield return Of(
                $"{type} with batch norm and dropout",
                () => Sequential(Linear(6, 8), BatchNorm1d(8), ReLU(), Dropout(0.1), Linear(8, 2)).to(type),
                () => randn(N, 6).to_type(type));
            yield return Of($"conv of {type}", () => Sequential(Conv2d(1, 4, 3), ReLU(), Flatten(), Linear(16, 2))
                .to(type), () => randn(N, 1, 4, 4).to_type(type));
        }

        yield return Rows("float64 inside float32", () => Wide(
            (m, x) => m.Of<Linear>("b").forward(
                m.Of<Linear>("a").forward(x.to_type(ScalarType.Float64)).tanh().to_type(ScalarType.Float32)),
            ("a", Linear(6, 8, dtype: ScalarType.Float64)), ("b", Linear(8, 2))));
        yield return Rows("bfloat16 inside float32", () => Wide(
            (m, x) => m.Of<Linear>("b").forward(
                m.Of<Linear>("a").forward(x.to_type(ScalarType.BFloat16)).tanh().to_type(ScalarType.Float32)),
            ("a", Linear(6, 8, dtype: ScalarType.BFloat16)), ("b", Linear(8, 2))));
        yield return Rows("a complex parameter", () => Wide(
            (m, x) => m.Of<Linear>("a").forward((x.to_type(ScalarType.ComplexFloat32) * m.Of("c")).abs()),
            ("a", Linear(6, 2)), ("c", new Parameter(ones(6, dtype: ScalarType.ComplexFloat32)))));
        yield return Rows("float16 inside float32", () => Wide(
            (m, x) => m.Of<Linear>("b").forward(
                m.Of<Linear>("a").forward(x.to_type(ScalarType.Float16)).tanh().to_type(ScalarType.Float32)),
            ("a", Linear(6, 8, dtype: ScalarType.Float16)), ("b", Linear(8, 2))));
        yield return Of("lstm of float64", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(m.Of<LSTM>("r").forward(x).Item1.select(1, 4)),
            ("r", LSTM(4, 8, batchFirst: true, dtype: ScalarType.Float64)),
            ("l", Linear(8, 2, dtype: ScalarType.Float64))), () => randn(N, 5, 4, dtype: ScalarType.Float64));
    }

    private static IEnumerable<ModuleCase> Several()
    {
        yield return new ModuleCase(
            "two inputs", () => new Two(),
            (module, batch) => F.cross_entropy(((Two)module).call(batch["ids"], batch["x"]), batch["targets"]),
            () =>
            {
                Tensor ids = randint(0, 5, [N]);
                return TrainingData.FromTensors(("ids", ids), ("x", randn(N, 3)), ("targets", ids % 2));
            });
        yield return new ModuleCase(
            "a dictionary of outputs",
            () => new Heads(),
            (module, batch) =>
            {
                Dictionary<string, Tensor> outputs = ((Heads)module).call(batch.Inputs);
                batch.Log("accuracy", outputs["class"].argmax(1).eq(batch["class"]).to_type(ScalarType.Float32).mean());
                return F.cross_entropy(outputs["class"], batch["class"]) + F.mse_loss(outputs["value"], batch["value"]);
            },
            () =>
            {
                Tensor x = randn(N, 6);
                return TrainingData.FromTensors(("x", x), ("class", Classes(x)), ("value", x.sum(1, keepdim: true)));
            });
        yield return new ModuleCase(
            "ragged sequences with a mask",
            () => Wide((m, x) => m.Of<LSTM>("r").forward(x).Item1, ("r", LSTM(2, 6, batchFirst: true)),
                ("l", Linear(6, 2))),
            (module, batch) =>
            {
                var net = (Net)module;
                Tensor mask = batch[Batch.MaskName].unsqueeze(2).to_type(ScalarType.Float32);
                Tensor mean = (net.call(batch.Inputs) * mask).sum(1) / batch[Batch.LengthsName].unsqueeze(1);
                return F.cross_entropy(net.Of<Linear>("l").forward(mean), batch.Targets);
            },
            () =>
            {
                Tensor[] sequences = [.. Enumerable.Range(0, N).Select(i => randn(1 + i % 7, 2) + (i % 2))];
                return new SequenceData(sequences, arange(N) % 2);
            })
        { Name = "ragged sequences with a mask, outputs of all" };
        yield return new ModuleCase(
            "numbers as targets", () => Sequential(Linear(6, 8), Tanh(), Linear(8, 1)),
            (module, batch) => F.mse_loss(((Module<Tensor, Tensor>)module).call(batch.Inputs), batch.Targets),
            () =>
            {
                Tensor x = randn(N, 6);
                return new TensorData(x, x.sum(1, keepdim: true));
            });
    }

    private static IEnumerable<ModuleCase> Optimizers()
    {
        Func<nn.Module> make = () => Sequential(Linear(6, 8), Tanh(), Linear(8, 2));
        ModuleCase plain = Rows("sgd", make);
        TrainerOptions usual = plain.Options;
        yield return plain with { Options = usual with { Optimizer = new Sgd(), Rate = 0.1 } };
        yield return plain with
        {
            Name = "l-bfgs",
            Options = usual with { Optimizer = new Lbfgs(), Rate = 1.0, Schedule = Schedule.Constant },
        };
        yield return Of("l-bfgs of float64", () => Sequential(Linear(6, 2)).to(ScalarType.Float64),
            () => randn(N, 6).to_type(ScalarType.Float64)) with
        {
            Options = usual with { Optimizer = new Lbfgs(), Rate = 1.0, Schedule = Schedule.Constant },
        };
        yield return plain with
        {
            Name = "moving average of weights",
            Options = usual with { Average = WeightAverage.Exponential(0.9) },
        };
        yield return plain with
        {
            Name = "mean of weights",
            Options = usual with { Average = WeightAverage.Mean(10), Schedule = Schedule.Constant },
        };
        yield return Rows("mean of weights under a batch norm", () =>
            Sequential(Linear(6, 8), BatchNorm1d(8), ReLU(), Linear(8, 2))) with
        {
            Options = usual with { Average = WeightAverage.Mean(10), Schedule = Schedule.Constant },
        };
        yield return plain with
        {
            Name = "gradual unfreezing",
            Options = usual with { Groups = [new ParameterGroup("0.*") { FromEpoch = 4, RateFactor = 0.5 }] },
        };
        yield return plain with
        {
            Name = "accumulation and parts at once",
            Options = usual with { Accumulate = 3, SplitBatches = true },
        };
        yield return plain with
        {
            Name = "stratified, without the last batch",
            Options = usual with { BatchSize = 10, DropLast = true, Sampler = Sampler.InOrder },
        };
    }

    private sealed class Two : Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding embedding = Embedding(5, 4);
        private readonly Linear linear = Linear(7, 2);

        public Two()
            : base(nameof(Two)) => RegisterComponents();

        public override Tensor forward(Tensor ids, Tensor x) => linear.forward(cat([embedding.forward(ids), x], 1));
    }

    private sealed class Heads : Module<Tensor, Dictionary<string, Tensor>>
    {
        private readonly Linear trunk = Linear(6, 8);
        private readonly Linear classes = Linear(8, 2);
        private readonly Linear values = Linear(8, 1);

        public Heads()
            : base(nameof(Heads)) => RegisterComponents();

        public override Dictionary<string, Tensor> forward(Tensor x)
        {
            Tensor h = trunk.forward(x).relu();
            return new Dictionary<string, Tensor> { ["class"] = classes.forward(h), ["value"] = values.forward(h) };
        }
    }
}
