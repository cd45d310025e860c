namespace Math4AI.Language;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Loss">The mean negative logarithm of the probability of a token, in nats.</param>
/// <param name="Tokens">The number of tokens that were predicted: all but the first.</param>
/// <param name="Characters">The characters of the text.</param>
public sealed record TextScore(double Loss, int Tokens, int Characters)
{
    /// <summary>Gets e^loss: the model is as uncertain as a fair choice among so many tokens.</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>Gets the bits that a character takes.</summary>
    public double BitsPerCharacter => Loss / Math.Log(2.0) * Tokens / Characters;
}
