using Math4AI.Training;
using Math4AI.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Unsupervised.Codes;

/// <summary>The network to a code and the one back.</summary>
internal sealed class AutoencoderNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> decoder;
    private readonly Parameter? logNoise;
    private readonly int codeSize;

    public AutoencoderNetwork(SavedAutoencoder about)
        : base(nameof(AutoencoderNetwork))
    {
        codeSize = about.CodeSize;
        int outputs = about.IsVariational ? 2 * codeSize : codeSize;
        (encoder, decoder) = about is { Filters: { } filters, Grid: { } grid }
            ? ((nn.Module<Tensor, Tensor>)new ImageEncoder(grid, filters, outputs),
                (nn.Module<Tensor, Tensor>)new ImageDecoder(codeSize, grid, filters))
            : (new Mlp(about.Channels, about.Hidden, outputs),
                new Mlp(codeSize, [.. about.Hidden.Reverse()], about.Channels));
        register_module(nameof(encoder), encoder);
        register_module(nameof(decoder), decoder);
        if (about.IsVariational)
        {
            logNoise = new Parameter(zeros(1));
            register_parameter(nameof(logNoise), logNoise);
        }
    }

    /// <summary>
    /// Gets the variance of standardized columns around their reconstructions; NaN for a plain code.
    /// </summary>
    public double Noise => logNoise is null ? double.NaN : Math.Exp(logNoise.item<float>());

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Decode(Encode(input));

    /// <summary>Returns codes; of distributions the means.</summary>
    public Tensor Encode(Tensor input) => encoder.forward(input).narrow(1, 0, codeSize);

    public Tensor Decode(Tensor codes) => decoder.forward(codes);

    /// <summary>
    /// Returns the mean squared error, or minus the bound for each channel. The bound takes one draw of each code; in
    /// evaluation the mean.
    /// </summary>
    public Tensor Loss(Tensor input)
    {
        if (logNoise is null)
        {
            return nn.functional.mse_loss(forward(input), input);
        }

        Tensor found = encoder.forward(input);
        Tensor mean = found.narrow(1, 0, codeSize), logVariance = found.narrow(1, codeSize, codeSize);
        Tensor code = training
            ? mean + (0.5 * logVariance).exp() * TorchRandom.Normal(mean.shape).to_type(mean.dtype)
            : mean;
        Tensor likelihood = 0.5 * ((input - Decode(code)).square() * (-logNoise).exp() + logNoise).sum(1);
        Tensor divergence = 0.5 * (mean.square() + logVariance.exp() - logVariance - 1.0).sum(1);
        return (likelihood + divergence).mean() / input.shape[1];
    }
}
