using Math4AI.Runtime;

namespace Math4AI.Language;

/// <summary>
/// The settings of <see cref="TextModel.Generate(string, GenerationOptions?)"/>. They apply in this order: the
/// repetition penalty, the temperature, top-k, top-p, min-p; the next token is drawn from what is left.
/// </summary>
public sealed record GenerationOptions
{
    /// <summary>Gets the number of tokens to add.</summary>
    public int Length { get; init => field = Setting.AtLeast(value, 0); } = 500;

    /// <summary>
    /// Gets the temperature T: tokens are drawn with probability proportional to p^(1/T). 0 takes the most probable
    /// token each time, 1 draws from the model's own probabilities.
    /// </summary>
    public double Temperature { get; init => field = Setting.AtLeast(value, 0.0); } = 0.8;

    /// <summary>
    /// Gets how many of the most probable tokens can be drawn; null for all. Source: A. Fan, M. Lewis and Y. Dauphin,
    /// ACL (2018).
    /// </summary>
    public int? TopK { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>
    /// Gets the probability that the most probable tokens must have together to be the only ones that can be drawn; 1
    /// for all. Source: A. Holtzman, J. Buys, L. Du, M. Forbes and Y. Choi, ICLR (2020).
    /// </summary>
    public double TopP { get; init => field = Setting.Share(value); } = 1.0;

    /// <summary>
    /// Gets the probability that a token must have to be drawn, relative to the most probable token's; 0 for all.
    /// Source: N. N. Minh et al., ICLR (2025).
    /// </summary>
    public double MinP { get; init => field = Setting.Within(value, 0.0, 1.0); }

    /// <summary>
    /// Gets the penalty of tokens that the prompt or the text has already: a positive logit is divided by it, a
    /// negative one multiplied; 1 for none. Source: N. S. Keskar et al., arXiv:1909.05858 (2019).
    /// </summary>
    public double RepetitionPenalty { get; init => field = Setting.Above(value, 0.0); } = 1.0;

    /// <summary>Gets the texts that end the generation; what is generated ends before the first of them.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Gets the seed: the same seed gives the same text, with any number of threads.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One of them is not possible; the message names it.</exception>
    public void Validate()
    {
        if (Stop is null || Stop.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException(
                "Stop has an empty text, which would end the generation at once.", nameof(Stop));
        }
    }
}
