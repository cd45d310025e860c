using TorchSharp;
using TorchSharp.Modules;
using static Math4AI.Tests.Training.Modules.ModuleParts;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Tests.Training.Modules;

/// <summary>The part of the table of modules that goes through the kinds of layers.</summary>
internal static class LayerTable
{
    private static readonly long[] Time = [1];

    public static IReadOnlyList<ModuleCase> All { get; } =
    [
        .. Dense(), .. Convolutions(), .. Recurrent(), .. Attention(), .. Norms(), .. Embeddings(),
    ];

    private static IEnumerable<ModuleCase> Dense()
    {
        yield return Rows("linear", () => Linear(6, 2));
        yield return Rows("linear without bias", () => Linear(6, 2, hasBias: false));
        foreach ((string name, Func<Module<Tensor, Tensor>> make) in new (string, Func<Module<Tensor, Tensor>>)[]
        {
            ("relu", () => ReLU()), ("tanh", () => Tanh()), ("gelu", () => GELU()), ("silu", () => SiLU()),
            ("elu", () => ELU()), ("selu", () => SELU()),
            ("leaky relu", () => LeakyReLU(0.1)), ("softplus", () => Softplus()), ("sigmoid", () => Sigmoid()),
            ("mish", () => Mish()),
            ("hardswish", () => Hardswish()), ("prelu", () => PReLU(8)),
        })
        {
            yield return Rows($"two layers with {name}", () => Sequential(Linear(6, 8), make(), Linear(8, 2)));
        }

        yield return Rows("glu", () => Sequential(Linear(6, 8), GLU(), Linear(4, 2)));
        yield return Rows("dropout", () => Sequential(Linear(6, 16), ReLU(), Dropout(0.3), Linear(16, 2)));
        yield return Rows("alpha dropout", () => Sequential(Linear(6, 16), SELU(), AlphaDropout(0.1), Linear(16, 2)));
        yield return Rows("residual", () => Wide(
            (m, x) => m.Of<Linear>("out").forward(x + m.Of<Linear>("b").forward(m.Of<Linear>("a").forward(x).relu())),
            ("a", Linear(6, 8)), ("b", Linear(8, 6)), ("out", Linear(6, 2))));
        yield return Rows(
            "bilinear", () => Wide((m, x) => m.Of<Bilinear>("b").forward(x, x), ("b", Bilinear(6, 6, 2))));
        yield return Rows("module list", () => Wide(
            (m, x) => ((ModuleList<Module<Tensor, Tensor>>)m.children().First()).Aggregate(
                x, (value, layer) => layer.call(value)),
            ("layers", ModuleList<Module<Tensor, Tensor>>(Linear(6, 8), Tanh(), Linear(8, 2)))));
        yield return Rows("softmax mixture", () => Wide(
            (m, x) => (m.Of<Linear>("gate").forward(x).softmax(1).unsqueeze(2)
                * m.Of<Linear>("experts").forward(x).view(-1, 3, 2)).sum(1),
            ("gate", Linear(6, 3)), ("experts", Linear(6, 6))));
        yield return Rows(
            "view of transposed weight",
            () => Wide((m, x) => F.linear(x, m.Of("w").t(), m.Of("b")), ("w", new Parameter(randn(6, 2))),
                ("b", new Parameter(zeros(2)))));
    }

    private static IEnumerable<ModuleCase> Convolutions()
    {
        ModuleCase Images(string name, Func<nn.Module> make) => Of(name, make, () => randn(N, 2, 6, 6));
        yield return Of(
            "conv 1-D", () => Sequential(Conv1d(2, 4, 3), ReLU(), Flatten(), Linear(24, 2)), () => randn(N, 2, 8));
        yield return Images("conv 2-D", () => Sequential(Conv2d(2, 4, 3), ReLU(), Flatten(), Linear(64, 2)));
        yield return Images("conv 2-D strided and dilated", () =>
            Sequential(Conv2d(2, 4, 2, stride: 2), ReLU(), Conv2d(4, 4, 2, dilation: 2), Flatten(), Linear(4, 2)));
        yield return Of("conv 3-D", () => Sequential(Conv3d(1, 3, 2), ReLU(), Flatten(), Linear(81, 2)),
            () => randn([N, 1, 4, 4, 4]));
        yield return Of("transposed conv 1-D", () =>
            Sequential(ConvTranspose1d(2, 3, 3), ReLU(), Flatten(), Linear(30, 2)), () => randn(N, 2, 8));
        yield return Images(
            "transposed conv 2-D", () => Sequential(ConvTranspose2d(2, 3, 2), ReLU(), Flatten(), Linear(147, 2)));
        yield return Of("transposed conv 3-D", () => Sequential(ConvTranspose3d(1, 2, 2), Flatten(), Linear(54, 2)),
            () => randn([N, 1, 2, 2, 2]));
        yield return Images(
            "grouped conv", () => Sequential(Conv2d(2, 4, 3, groups: 2), ReLU(), Flatten(), Linear(64, 2)));
        yield return Images("depthwise separable conv",
            () => Sequential(Conv2d(2, 2, 3, groups: 2), Conv2d(2, 4, 1), ReLU(), Flatten(), Linear(64, 2)));
        yield return Images("conv with batch norm and pooling", () => Sequential(
            Conv2d(2, 4, 3, padding: 1), BatchNorm2d(4), ReLU(), MaxPool2d(2), Conv2d(4, 4, 2), AvgPool2d(2), Flatten(),
            Linear(4, 2)));
        yield return Images(
            "channel dropout", () => Sequential(Conv2d(2, 8, 3), ReLU(), Dropout2d(0.2), Flatten(), Linear(128, 2)));
        yield return Images("upsampling", () => Sequential(
            AdaptiveAvgPool2d(3), Upsample(scale_factor: [2.0, 2.0]), Conv2d(2, 3, 3), Flatten(), Linear(48, 2)));
        yield return Images("weight standardization by a view", () => Wide(
            (m, x) =>
            {
                var conv = m.Of<Conv2d>("c");
                Tensor flat = conv.weight.view(4, -1);
                Tensor standard = ((flat - flat.mean(Time, true)) / flat.std(1, true, true)).view(conv.weight.shape);
                return m.Of<Linear>("l").forward(F.conv2d(x, standard, conv.bias).flatten(1));
            },
            ("c", Conv2d(2, 4, 3)), ("l", Linear(64, 2))));
        yield return Images("filters that come channels last", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(F.conv2d(x, m.Of("w")).relu().flatten(1)),
            ("w", new Parameter((0.2 * randn(4, 3, 3, 2)).permute(0, 3, 1, 2))), ("l", Linear(64, 2))));
        yield return Images("residual block", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(
                (x + m.Of<Conv2d>("b").forward(m.Of<Conv2d>("a").forward(x).relu())).flatten(1)),
            ("a", Conv2d(2, 4, 3, padding: 1)), ("b", Conv2d(4, 2, 3, padding: 1)), ("l", Linear(72, 2))));
    }

    private static IEnumerable<ModuleCase> Recurrent()
    {
        ModuleCase Sequences(string name, Func<nn.Module> make) => Of(name, make, () => randn(N, 5, 4));
        yield return Sequences(
            "lstm", () => Wide((m, x) => m.Of<Linear>("l").forward(m.Of<LSTM>("r").forward(x).Item1.select(1, 4)),
                ("r", LSTM(4, 8, batchFirst: true)), ("l", Linear(8, 2))));
        yield return Sequences("lstm of two layers, both directions, with dropout", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(m.Of<LSTM>("r").forward(x).Item1.mean(Time)),
            ("r", LSTM(4, 4, numLayers: 2, batchFirst: true, bidirectional: true, dropout: 0.2)), ("l", Linear(8, 2))));
        yield return Sequences(
            "gru", () => Wide((m, x) => m.Of<Linear>("l").forward(m.Of<GRU>("r").forward(x).Item1.select(1, 4)),
                ("r", GRU(4, 8, batchFirst: true)), ("l", Linear(8, 2))));
        yield return Sequences(
            "rnn", () => Wide((m, x) => m.Of<Linear>("l").forward(m.Of<RNN>("r").forward(x, null).Item1.mean(Time)),
                ("r", RNN(4, 8, batchFirst: true)), ("l", Linear(8, 2))));
        yield return Sequences("lstm cell", () => Wide(
            (m, x) =>
            {
                (Tensor h, Tensor c) = (zeros(x.shape[0], 6), zeros(x.shape[0], 6));
                for (int i = 0; i < 5; i++)
                {
                    (h, c) = m.Of<LSTMCell>("r").forward(x.select(1, i), (h, c));
                }

                return m.Of<Linear>("l").forward(h);
            },
            ("r", LSTMCell(4, 6)), ("l", Linear(6, 2))));
        yield return Sequences("gru cell", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(Enumerable.Range(0, 5).Aggregate(
                zeros(x.shape[0], 6), (h, i) => m.Of<GRUCell>("r").forward(x.select(1, i), h))),
            ("r", GRUCell(4, 6)), ("l", Linear(6, 2))));
    }

    private static IEnumerable<ModuleCase> Attention()
    {
        ModuleCase Sequences(string name, Func<nn.Module> make) => Of(name, make, () => randn(N, 5, 8));
        yield return Sequences("multi-head attention", () => Wide(
            (m, x) =>
            {
                Tensor t = x.transpose(0, 1);
                return m.Of<Linear>("l").forward(
                    m.Of<MultiheadAttention>("a").forward(t, t, t, null, false, null).Item1.mean([0]));
            },
            ("a", MultiheadAttention(8, 2)), ("l", Linear(8, 2))));
        yield return Sequences("transformer encoder", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(
                m.Of<TransformerEncoder>("e").forward(x.transpose(0, 1), null!, null!).mean([0])),
            ("e", TransformerEncoder(TransformerEncoderLayer(8, 2, 16, 0.1), 2)), ("l", Linear(8, 2))));
        yield return Sequences("transformer decoder layer", () => Wide(
            (m, x) =>
            {
                Tensor t = x.transpose(0, 1);
                return m.Of<Linear>("l").forward(
                    m.Of<TransformerDecoderLayer>("d").call(t, t, null!, null!, null!, null!).mean([0]));
            },
            ("d", TransformerDecoderLayer(8, 2, 16, 0.0)), ("l", Linear(8, 2))));
        yield return Sequences("attention of one's own", () => Wide(
            (m, x) =>
            {
                Tensor q = m.Of<Linear>("q").forward(x), k = m.Of<Linear>("k").forward(x);
                return m.Of<Linear>("l").forward((q.bmm(k.transpose(1, 2)) / 3.0).softmax(2).bmm(x).mean(Time));
            },
            ("q", Linear(8, 8)), ("k", Linear(8, 8)), ("l", Linear(8, 2))));
        yield return Sequences("scaled dot-product attention with a position table", () => Wide(
            (m, x) =>
            {
                Tensor t = x + m.Of("p").view(5, 8);
                return m.Of<Linear>("l").forward(F.scaled_dot_product_attention(t, t, t).mean(Time));
            },
            ("p", new Parameter(0.1 * randn(1, 5, 2, 4))), ("l", Linear(8, 2))));
    }

    private static IEnumerable<ModuleCase> Norms()
    {
        yield return Rows("batch norm", () => Sequential(Linear(6, 8), BatchNorm1d(8), ReLU(), Linear(8, 2)));
        yield return Rows("batch norm with fast statistics",
            () => Sequential(Linear(6, 8), BatchNorm1d(8, momentum: 0.5), ReLU(), Linear(8, 2)));
        yield return Rows("batch norm without statistics",
            () => Sequential(Linear(6, 8), BatchNorm1d(8, track_running_stats: false), ReLU(), Linear(8, 2)));
        yield return Rows("layer norm", () => Sequential(Linear(6, 8), LayerNorm(8), ReLU(), Linear(8, 2)));
        yield return Of(
            "group norm",
            () => Sequential(Conv2d(2, 4, 3), Initialized(GroupNorm(2, 4)), ReLU(), Flatten(), Linear(64, 2)),
            () => randn(N, 2, 6, 6));
        yield return Of(
            "instance norm",
            () => Sequential(Conv2d(2, 4, 3), InstanceNorm2d(4, affine: true), ReLU(), Flatten(), Linear(64, 2)),
            () => randn(N, 2, 6, 6));
        yield return Of("batch norm 3-D", () => Sequential(Conv3d(1, 2, 2), BatchNorm3d(2), Flatten(), Linear(54, 2)),
            () => randn([N, 1, 4, 4, 4]));
        yield return Of("local response norm", () =>
            Sequential(Conv2d(2, 4, 3), LocalResponseNorm(2), Flatten(), Linear(64, 2)), () => randn(N, 2, 6, 6));
        yield return Rows("rms norm of one's own", () => Wide(
            (m, x) =>
            {
                Tensor h = m.Of<Linear>("a").forward(x);
                return m.Of<Linear>("l").forward(h * (h.square().mean(Time, true) + 1e-6).rsqrt() * m.Of("g"));
            },
            ("a", Linear(6, 8)), ("g", new Parameter(ones(8))), ("l", Linear(8, 2))));
        yield return Rows("spectral norm by a power iteration in a buffer", () => Wide(
            (m, x) =>
            {
                Tensor w = m.Of<Linear>("a").weight, u = m.Of("u");
                if (m.training)
                {
                    using (no_grad())
                    {
                        u.copy_(F.normalize(w.mv(F.normalize(w.t().mv(u), dim: 0)), dim: 0));
                    }
                }

                Tensor v = F.normalize(w.t().mv(u.clone()), dim: 0).detach();
                return m.Of<Linear>("l").forward(F.linear(x, w / u.clone().dot(w.mv(v))).relu());
            },
            ("a", Linear(6, 8)), ("u", F.normalize(randn(8), dim: 0)), ("l", Linear(8, 2))));
    }

    /// <summary>TorchSharp's group norm begins with what happens to lie in memory.</summary>
    private static GroupNorm Initialized(GroupNorm norm)
    {
        init.ones_(norm.weight);
        init.zeros_(norm.bias);
        return norm;
    }

    private static IEnumerable<ModuleCase> Embeddings()
    {
        ModuleCase Ids(string name, Func<nn.Module> make) => Of(name, make, () => randint(0, 9, [N, 5]));
        yield return Ids("embedding", () => Sequential(Embedding(9, 4), Flatten(), Linear(20, 2)));
        yield return Ids("sparse embedding", () => Sequential(Embedding(9, 4, sparse: true), Flatten(), Linear(20, 2)));
        yield return Ids(
            "embedding with padding", () => Sequential(Embedding(9, 4, padding_idx: 0), Flatten(), Linear(20, 2)));
        yield return Ids(
            "embedding bag",
            () => Wide((m, x) => m.Of<Linear>("l").forward(m.Of<EmbeddingBag>("b").forward(x, null, null)),
                ("b", EmbeddingBag(9, 6)), ("l", Linear(6, 2))));
        yield return Ids("sparse embedding bag", () => Wide(
            (m, x) => m.Of<Linear>("l").forward(m.Of<EmbeddingBag>("b").forward(x, null, null)),
            ("b", EmbeddingBag(9, 6, mode: EmbeddingBagMode.Mean, sparse: true)), ("l", Linear(6, 2))));
        yield return Of(
            "ids of one dimension", () => Sequential(Embedding(9, 4), Linear(4, 2)), () => randint(0, 9, [N]));
        yield return Of("ids of int32", () => Sequential(Embedding(9, 4), Flatten(), Linear(20, 2)),
            () => randint(0, 9, [N, 5], dtype: ScalarType.Int32));
        yield return Of(
            "one-hot inputs of uint8",
            () => Wide((m, x) => m.Of<Linear>("l").forward(x.to_type(ScalarType.Float32)), ("l", Linear(5, 2))),
            () => randint(0, 2, [N, 5], dtype: ScalarType.Byte));
    }
}
